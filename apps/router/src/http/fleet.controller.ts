import { Body, Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { NodeCommandAnswer, NodeCommandRequest, Scope } from '@spillway/contracts';
import type { FastifyRequest } from 'fastify';
import { ApiKeys, requireScope, type Principal } from '../auth/api-keys.js';
import { FleetReport, type NodesReport, type RegionsReport } from '../fleet/fleet-report.js';
import { NodeOrders } from '../orders/node-orders.js';
import { orderRequest } from '../orders/order-request.js';
import { openApiDocument } from './openapi.js';
import { peerOf } from './peer.js';

/** The order is on the log; the node obeys it in its own time. */
const HTTP_ACCEPTED = 202;

/** What the router sees, and orders to nodes. Regions are for any key; nodes, which map the fleet, for `admin`. */
@Controller()
export class FleetController {
  constructor(
    private readonly keys: ApiKeys,
    private readonly report: FleetReport,
    private readonly orders: NodeOrders,
  ) {}

  @Get('v1/regions')
  regions(@Req() request: FastifyRequest): RegionsReport {
    const { tenant, scopes } = this.authorize(request, 'issue');
    return this.report.regions({ only: tenant?.regions, hasIds: scopes.has('admin') });
  }

  @Get('v1/nodes')
  nodes(@Req() request: FastifyRequest): NodesReport {
    this.authorize(request, 'admin');
    return this.report.nodes();
  }

  @Post('v1/nodes/:id/drain')
  @HttpCode(HTTP_ACCEPTED)
  drain(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: unknown) {
    return this.order('drain', request, id, body);
  }

  @Post('v1/nodes/:id/undrain')
  @HttpCode(HTTP_ACCEPTED)
  undrain(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: unknown) {
    return this.order('undrain', request, id, body);
  }

  @Get('openapi.json')
  openApi(): object {
    return openApiDocument;
  }

  private order(
    command: NodeCommandRequest['command'],
    request: FastifyRequest,
    id: string,
    body: unknown,
  ): Promise<NodeCommandAnswer> {
    const { name } = this.authorize(request, 'admin');
    return this.orders.give(orderRequest(command, id, body, name));
  }

  private authorize(request: FastifyRequest, scope: Scope): Principal {
    const principal = this.keys.authenticate(request.headers.authorization, peerOf(request));
    requireScope(principal, scope);
    return principal;
  }
}
