import { Controller, Get, Req } from '@nestjs/common';
import type { Scope } from '@spillway/contracts';
import type { FastifyRequest } from 'fastify';
import { ApiKeys, requireScope, type Principal } from '../auth/api-keys.js';
import { FleetReport, type NodesReport, type RegionsReport } from '../fleet/fleet-report.js';
import { openApiDocument } from './openapi.js';
import { peerOf } from './peer.js';

/** What the router sees. Regions are for any key; nodes, which map the fleet, for `admin`. */
@Controller()
export class FleetController {
  constructor(
    private readonly keys: ApiKeys,
    private readonly report: FleetReport,
  ) {}

  @Get('v1/regions')
  regions(@Req() request: FastifyRequest): RegionsReport {
    const { tenant } = this.authorize(request, 'issue');
    return this.report.regions(tenant?.regions);
  }

  @Get('v1/nodes')
  nodes(@Req() request: FastifyRequest): NodesReport {
    this.authorize(request, 'admin');
    return this.report.nodes();
  }

  @Get('openapi.json')
  openApi(): object {
    return openApiDocument;
  }

  private authorize(request: FastifyRequest, scope: Scope): Principal {
    const principal = this.keys.authenticate(request.headers.authorization, peerOf(request));
    requireScope(principal, scope);
    return principal;
  }
}
