import { Controller, Get, Param, Req } from '@nestjs/common';
import type { DecisionExplanation } from '@spillway/contracts';
import type { FastifyRequest } from 'fastify';
import { ApiKeys, requireScope } from '../auth/api-keys.js';
import { peerOf } from '../http/peer.js';
import { decisionIdOf } from './decision-id.js';
import { DecisionExplainer } from './decision-explainer.js';

/** Why a client got its node. For `admin`: a decision has the client's place and a hash of its user. */
@Controller()
export class DecisionsController {
  constructor(
    private readonly keys: ApiKeys,
    private readonly explainer: DecisionExplainer,
  ) {}

  @Get('v1/decisions/:id')
  async explain(@Req() request: FastifyRequest, @Param('id') id: string): Promise<DecisionExplanation> {
    requireScope(this.keys.authenticate(request.headers.authorization, peerOf(request)), 'admin');
    const gone = new AbortController();
    const onClose = () => gone.abort(new Error('nobody waits for it any more'));
    request.raw.socket.once('close', onClose);
    try {
      return await this.explainer.explain(decisionIdOf(id, 'id'), gone.signal);
    } finally {
      request.raw.socket.off('close', onClose);
    }
  }
}
