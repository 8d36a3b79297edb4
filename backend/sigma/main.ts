import { Command, CommanderError } from 'commander';
import { messageOf } from '../src/error.ts';
import { runCheck } from './check-command.ts';
import { runConvert } from './convert-command.ts';
import { runMatch } from './match-command.ts';

/** Exit codes: 0 as wished; 1 something is refused, or no event matches; 2 the command or a file cannot be read. */
const failed = 2;

function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

function program(): Command {
  const sigma = new Command('sigma')
    .description('Check, convert and try Sigma rules as Loglake reads them. Nothing is sent or stored.')
    .exitOverride()
    .showHelpAfterError()
    .addHelpText(
      'after',
      '\nExit codes: 0 as wished; 1 a rule is refused, or no event matches; 2 the command or a file cannot be read.'
    );
  const lists = [
    '--lists <path>',
    'YAML or JSON file, or a folder of them, with the lists that %placeholders% stand for',
  ] as const;
  const pipelines = ['--pipelines <dir>', 'folder of field pipelines of your own, read after ours'] as const;
  const others = ['--with <dir>', 'folder (or file) of the rules and filters that it references'] as const;
  const json = ['--json', 'print JSON for machines'] as const;
  sigma
    .command('check')
    .description('what compiles, what does not and why, and which fields no parser fills')
    .argument('<dir>', 'folder (or one file) of rules')
    .option(...lists)
    .option(...pipelines)
    .option(...others)
    .option(...json)
    .option('--fields', 'also name the rules some of whose fields no parser fills')
    .option('--table', 'also a table by log source')
    .action(async (dir: string, options: object) => {
      process.exitCode = await runCheck(dir, options, print);
    });
  sigma
    .command('convert')
    .description('the SQL of a rule, laid out for a person, over our table event')
    .argument('<rule>', 'file of one or several rules')
    .option(...lists)
    .option(...pipelines)
    .option(...others)
    .option(...json)
    .action(async (file: string, options: object) => {
      process.exitCode = await runConvert(file, options, print);
    });
  sigma
    .command('match')
    .description('per event: whether a rule matches, or which selection failed and on which value')
    .argument('<rule>', 'file of one or several rules')
    .argument(
      '<events>',
      'NDJSON: flat or nested JSON, Windows events as JSON (evtx_dump, Winlogbeat), or rows of event'
    )
    .option(...lists)
    .option(...pipelines)
    .option(...others)
    .option(...json)
    .option('--quiet', 'only events that match, and the sum')
    .action(async (file: string, events: string, options: object) => {
      process.exitCode = await runMatch({ file, events }, options, print);
    });
  return sigma;
}

try {
  await program().parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : failed;
  else {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = failed;
  }
}
