import { Body, Controller, Header, HttpCode, Post, Req } from '@nestjs/common';
import type { IceServersAnswer } from '@spillway/contracts';
import type { FastifyRequest } from 'fastify';
import { RequestGate } from '../request-gate.js';
import { peerOf } from './peer.js';

@Controller()
export class IceServersController {
  constructor(private readonly gate: RequestGate) {}

  @Post('v1/ice-servers')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  iceServers(@Body() body: unknown, @Req() request: FastifyRequest): IceServersAnswer {
    return this.gate.iceServers({
      face: 'http',
      connection: request.socket,
      authorization: request.headers.authorization,
      peer: peerOf(request),
      client: request.ip,
      body: body === undefined ? {} : body,
    });
  }
}
