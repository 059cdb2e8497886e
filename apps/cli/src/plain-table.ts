import CliTable from 'cli-table3';

const NOTHING = '';

/** Columns and nothing else: it is redrawn, copied into chats and read by `awk`. */
export function drawTable(head: string[], rows: string[][]): string {
  const borders = ['top', 'bottom', 'left', 'right', 'mid', 'left-mid', 'right-mid', 'mid-mid'];
  const corners = ['top-mid', 'top-left', 'top-right', 'bottom-mid', 'bottom-left', 'bottom-right'];
  const cells = new CliTable({
    chars: { ...Object.fromEntries([...borders, ...corners].map((part) => [part, NOTHING])), middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  cells.push(head, ...rows);
  return cells.toString().replaceAll(/ +$/gm, '');
}
