/** Where a node is, as text: what one region's subjects say never touches another's nodes. */
export function placeOf(region: string, nodeId: string): string {
  return `${region}/${nodeId}`;
}
