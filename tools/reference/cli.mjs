import { cell } from './fields.mjs';

/** Every command with its arguments and options, as `--help` has them. */
export function cliMarkdown(program) {
  return [
    '# The command `spillway`',
    `${program.description()}. As \`spillway <command> --help\` has it; [what the commands are for, exit codes and variables](../../apps/cli/README.md).`,
    ...leavesOf(program, program.name()).flatMap(({ command, path }) => commandMarkdown(command, path)),
    '',
  ].join('\n\n');
}

/** A command that only holds others has nothing to say by itself. */
function leavesOf(command, path) {
  return command.commands.flatMap((each) => {
    const name = `${path} ${each.name()}`;
    const own = each.commands.length === 0 || each.options.length > 0 ? [{ command: each, path: name }] : [];
    return [...own, ...leavesOf(each, name)];
  });
}

function commandMarkdown(command, path) {
  const help = command.createHelp();
  const rows = [
    ...command.registeredArguments.map((argument) => [
      help.argumentTerm(argument),
      help.argumentDescription(argument),
    ]),
    ...command.options
      .filter(({ hidden }) => !hidden)
      .map((option) => [help.optionTerm(option), help.optionDescription(option)]),
  ];
  return [
    `## \`${[path, command.usage()].join(' ').trim()}\``,
    `${command.description()}.`,
    rows.length === 0
      ? ''
      : [
          '| option | meaning |',
          '| --- | --- |',
          ...rows.map(([term, said]) => `| \`${cell(term)}\` | ${cell(said)} |`),
        ].join('\n'),
  ].filter(Boolean);
}
