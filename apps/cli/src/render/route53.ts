import type { LatencyRegion } from './latency-regions.js';

export interface Route53Config {
  /** What clients resolve, such as turn.example.org. */
  readonly name: string;
  readonly policyRevision: string;
  readonly regions: readonly LatencyRegion[];
  /** TCP port of the nodes that the health checks connect to. */
  readonly port: number;
}

/** Seconds; what Route 53 advises at most for records with a health check, so that clients leave soon. */
const TTL_SECONDS = 60;

/** The records of one name as Terraform, with nothing to fill in but its two variables. */
export function renderRoute53(config: Route53Config): string {
  return `${inputsOf(config)}
${resourcesOf(config)}`;
}

function inputsOf({ name, policyRevision, regions }: Route53Config): string {
  const ids = regions.map(({ region }) => JSON.stringify(region)).join(', ');
  return `# ${name}, for clients that cannot ask Spillway: the region with the least latency, any of its healthy nodes.
# Made by \`spillway render route53\` of the policy ${JSON.stringify(policyRevision)}. docs/geo-dns.md says how to use it, and what for.
terraform {
  required_version = ">= 1.3"
}

variable "zone_id" {
  description = "The public hosted zone of ${name}"
  type        = string
}

variable "nodes" {
  description = "The nodes behind the name, by id; \`spillway dns nodes\` writes them"
  type = map(object({
    region = string
    ipv4   = optional(string)
    ipv6   = optional(string)
  }))
  validation {
    condition     = alltrue([for node in var.nodes : contains([${ids}], node.region)])
    error_message = "A node is in none of these regions: ${regions.map(({ region }) => region).join(', ')}."
  }
}

locals {
  # By region of the policy: the AWS region whose latency Route 53 goes by.
  aws_regions = {
${regionLines(regions).join('\n')}
  }
  addresses = merge(
    { for id, node in var.nodes : "\${id}/A" => { node = id, region = node.region, type = "A", ip = node.ipv4 } if node.ipv4 != null },
    { for id, node in var.nodes : "\${id}/AAAA" => { node = id, region = node.region, type = "AAAA", ip = node.ipv6 } if node.ipv6 != null },
  )
  # A region without nodes gets no record, and its clients the next one.
  groups = { for each in distinct([for address in local.addresses : { region = address.region, type = address.type }]) : "\${each.region}/\${each.type}" => each }
}
`;
}

function resourcesOf({ name, port }: Route53Config): string {
  return `# Asks whether the relay listens. It cannot see a drain: \`spillway dns check\` can.
resource "aws_route53_health_check" "node" {
  for_each          = local.addresses
  type              = "TCP"
  ip_address        = each.value.ip
  port              = ${port}
  request_interval  = 30
  failure_threshold = 2
  tags              = { Name = "\${each.value.node}.${name}" }
}

resource "aws_route53_record" "node" {
  for_each                         = local.addresses
  zone_id                          = var.zone_id
  name                             = "\${each.value.region}.${name}"
  type                             = each.value.type
  ttl                              = ${TTL_SECONDS}
  records                          = [each.value.ip]
  set_identifier                   = each.value.node
  multivalue_answer_routing_policy = true
  health_check_id                  = aws_route53_health_check.node[each.key].id
}

resource "aws_route53_record" "region" {
  for_each       = local.groups
  zone_id        = var.zone_id
  name           = "${name}"
  type           = each.value.type
  set_identifier = each.value.region
  latency_routing_policy {
    region = local.aws_regions[each.value.region]
  }
  alias {
    name                   = "\${each.value.region}.${name}"
    zone_id                = var.zone_id
    evaluate_target_health = true
  }
  # Route 53 takes an alias only of what is there.
  depends_on = [aws_route53_record.node]
}
`;
}

/** Aligned as `terraform fmt` does. */
function regionLines(regions: readonly LatencyRegion[]): string[] {
  const keys = regions.map(({ region }) => JSON.stringify(region));
  const width = Math.max(...keys.map((key) => key.length));
  return regions.map(({ awsRegion, distanceKm }, i) => {
    const reason = distanceKm === undefined ? '' : ` # the nearest, ${Math.round(distanceKm)} km away`;
    return `    ${keys[i]?.padEnd(width)} = ${JSON.stringify(awsRegion)}${reason}`;
  });
}
