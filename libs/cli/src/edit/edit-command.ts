import { ServiceError } from '@instgenie/domain';
import { Command, Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { decimalNumber, modelFlags, runFlags, wholeNumber } from '../flags.ts';
import { storeFlags, variantFlags } from '../open-store.ts';
import { dataFlag } from '../template/open-library.ts';
import type { EditFlags } from './edit-flags.ts';
import { editPicture } from './edit-picture.ts';
import { readSeed } from './seed.ts';

const pixels = { least: 0, most: 4096 };

const notes = `
The mask is white where the picture may change (see --mask-mode); without --mask it is where the image is transparent.
Pixels outside the mask come back byte for byte (in png; jpeg and webp lose a little everywhere). A large picture is
edited in a window around the mask. The first edit of a picture keeps its activations in the store; the next ones, of
any mask, prompt and seed, are warm. In mode compare, OUT.dense and OUT.compare are written beside OUT.

Examples:
  instgenie edit --image in.png --mask hat.png --prompt "pink curly hair" -o edited.png
  instgenie edit --image in.png --mask hat.png --prompt "pink curly hair" --mode compare --steps 16
  instgenie edit --image cut-out.png --prompt "teal t-shirt" --grow 4 --feather 3 --json`;

/** `instgenie edit`: one edit of one picture. */
export function editCommand(context: CommandContext): Command {
  const command = new Command('edit')
    .description('edit what a mask marks in a picture')
    .option('--image <file>', 'the picture: png, jpeg or webp (this or --template is required)')
    .option('--template <id>', 'a picture that is kept, run as it says; see instgenie template')
    .option('--mask <file>', 'what may change; as large as the picture')
    .option('--prompt <text>', 'what should be there (required)')
    .option('-o, --output <file>', 'the result; its extension says the format: .png, .jpg or .webp', 'out.png')
    .addOption(new Option('--seed <n>', 'of the noise inside the mask, or template').argParser(readSeed).default(0))
    .addOption(
      new Option('--strength <x>', 'below 1: start from the noised picture, later in the schedule')
        .argParser(decimalNumber('strength', { least: 0, above: true, most: 1 }))
        .default(1),
    )
    .addOption(
      new Option('--mode <mode>', 'compute the masked tokens, all of them, or both and compare')
        .choices(['masked', 'dense', 'compare'])
        .default('masked'),
    )
    .addOption(
      new Option('--mask-mode <mode>', 'what of the mask says "edit here"; auto: alpha if it varies, else white')
        .choices(['auto', 'white', 'black', 'alpha'])
        .default('auto'),
    )
    .addOption(
      new Option('--mask-size <rule>', 'a mask of another size than the picture')
        .choices(['refuse', 'resize'])
        .default('refuse'),
    )
    .addOption(new Option('--grow <px>', 'grow the mask by pixels').argParser(wholeNumber('grow', pixels)).default(0))
    .addOption(
      new Option('--feather <px>', 'blend over pixels inside the mask')
        .argParser(wholeNumber('feather', pixels))
        .default(0),
    )
    .option('--previews <dir>', 'write predicted results at a quarter, half and three quarters of the steps')
    .option('--warm', 'prime the template first, so that the time shown is that of a second edit', false)
    .option('--json', 'print one JSON object', false)
    .addHelpText('after', notes);
  command.option('--no-store', 'keep no activations, and use none');
  for (const option of [...runFlags(), ...variantFlags(), ...storeFlags(), dataFlag(), ...modelFlags()]) {
    command.addOption(option);
  }
  return command.action((flags: TypedFlags) => editPicture(context, withRequired(flags)));
}

type TypedFlags = Omit<EditFlags, 'prompt'> & Partial<Pick<EditFlags, 'prompt'>>;

/** Not commander's own check: it comes before that of unknown flags, which are often the missing one misspelt. */
function withRequired({ prompt, ...flags }: TypedFlags): EditFlags {
  const { image, template } = flags;
  if ((image === undefined) === (template === undefined)) {
    throw new ServiceError('invalid', 'image: pass --image FILE, or --template ID, not both', { field: 'image' });
  }
  if (prompt === undefined) throw new ServiceError('invalid', 'prompt: pass --prompt TEXT', { field: 'prompt' });
  return { ...flags, prompt };
}
