import { headFamilies } from '@ztw/heads';
import { defaultMemoryLimit, defaultTrainingRecipe, ensembleChoices, methods } from '@ztw/training';
import { bundleDefaults } from '@ztw/training/onnx';
import { type Command, Option } from 'commander';
import { normalisationPresets, resizeModes } from '../../data/normalisation.ts';
import * as parse from '../../flags/parse-values.ts';
import {
  addClassNamesOption,
  addExamples,
  addGraphOptions,
  addRuntimeOptions,
  type GlobalOptions,
} from '../../flags/shared-options.ts';
import type { CommandEnvironment } from '../../program/environment.ts';
import { runJob } from '../../program/run-job.ts';
import { addBudgetOptions } from './budget-flags.ts';
import { trainJob } from './job.ts';
import { bytesPerGibibyte, schedules, type TrainFlags, trainOptions } from './options.ts';
import { addPruningOptions } from './pruning-flags.ts';
import { trainingText } from './text.ts';
import { augmentations } from './training-data.ts';

/** `ztw train`: internal classifiers for one network or a chain, written as bundles. */
export function addTrainCommand(program: Command, environment: CommandEnvironment): void {
  const command = program
    .command('train')
    .description('train internal classifiers for a network, or for a chain of networks, and write a bundle per method')
    .argument('<network...>', 'ONNX networks; several make a chain, the cheapest first');
  addOutputOptions(command);
  addDataOptions(command);
  addArchitectureOptions(command);
  addBudgetOptions(command);
  addPruningOptions(command);
  addRecipeOptions(command);
  addResourceOptions(command);
  addExamples(command, [
    'ztw train network.onnx --data photos/ --preset imagenet --out out/early',
    'ztw train resnet56.onnx --data train.tar.gz --cuts all --methods ztw,sdn --augment flip --epochs 16 --out out/resnet56',
    'ztw train small.onnx large.onnx --cuts none --calibration-data held-out/ --out out/chain',
    'ztw train network.onnx --data photos/ --cuts all --prune-exits milliseconds --out out/early',
    "ztw train small.onnx large.onnx --cuts '3;auto' --data photos/ --out out/chain",
  ]);
  command.action(async (networks: readonly string[], _flags: TrainFlags, self: Command) => {
    const flags = self.optsWithGlobals<TrainFlags & GlobalOptions>();
    const options = trainOptions(networks, flags, environment.commandLine);
    const result = await runJob(environment, flags.quiet === true, (context) => trainJob(options, context));
    environment.writeResult(flags.json === true ? `${JSON.stringify(result, null, 2)}\n` : trainingText(result));
  });
}

function addOutputOptions(command: Command): void {
  command
    .requiredOption('--out <folder>', 'where the bundle goes; with several methods, one folder for each inside it')
    .option('--overwrite', 'replace what lies there')
    .option('--json', 'print the result as JSON');
}

function addDataOptions(command: Command): void {
  command
    .option(
      '--data <path>',
      'images to train on: folder of class folders, .tar(.gz), IDX, CIFAR binary, .npy, fashion-mnist:train',
    )
    .option('--limit <n>', 'use at most so many of them, all classes in equal parts', parse.integerAtLeast(1))
    .option(
      '--validation <fraction>',
      'share of them that is held out for ensemble and thresholds',
      parse.numberBetween(0.001, 0.9),
      bundleDefaults.heldOutShare,
    )
    .option('--calibration-data <path>', 'images that are held out instead; the network must not have seen them')
    .option('--calibration-rows <rows>', 'which of these: start:end, or a .npy file of row numbers')
    .option('--no-labels', "learn from the network's own answers; labels are not needed")
    .addOption(
      new Option('--augment <how>', 'also train on mirrored images')
        .argParser(parse.oneOf(augmentations))
        .default('none'),
    )
    .addOption(new Option('--preset <name>', `normalisation: ${Object.keys(normalisationPresets).join(', ')}`))
    .option('--mean <numbers>', 'mean per channel, of pixels in 0..1: 0.485,0.456,0.406')
    .option('--std <numbers>', 'standard deviation per channel')
    .addOption(
      new Option('--resize <how>', `how images of another size are fitted: ${resizeModes.join(', ')}`).argParser(
        parse.oneOf(resizeModes),
      ),
    );
  addClassNamesOption(command).option(
    '--allow-mismatch',
    'go on with a network that by itself does not know the classes of the data, or knows them in another order',
  );
}

function addArchitectureOptions(command: Command): void {
  command
    .option(
      '--cuts <selection>',
      "auto, all, none, a number, fractions (0.2,0.4) or names; one for all networks, or one each, divided by ';'",
      parse.collect((text) => text),
    )
    .addOption(
      new Option('--methods <names>', `what to train: ${methods.join(', ')}`)
        .argParser(parse.commaSeparated(parse.oneOf(methods)))
        .default([bundleDefaults.method], bundleDefaults.method),
    )
    .addOption(
      new Option('--head <family>', `auto, ${headFamilies.join(', ')}`)
        .argParser(parse.oneOf(['auto', ...headFamilies]))
        .default(bundleDefaults.head.family),
    )
    .option('--head-layers <n>', 'layers of a conv or token head', parse.integerAtLeast(1))
    .option('--head-padding <n>', 'padding of convolutions: 1, or 0 as in the original code', parse.integerAtLeast(0))
    .addOption(
      new Option('--ensemble <kind>', 'how ztw combines its exits')
        .argParser(parse.oneOf(ensembleChoices))
        .default(bundleDefaults.calibration.ensemble),
    );
}

function addRecipeOptions(command: Command): void {
  const recipe = defaultTrainingRecipe;
  command
    .option('--epochs <n>', 'epochs per internal classifier', parse.integerAtLeast(1), recipe.epochs)
    .option('--batch <n>', 'rows per step', parse.integerAtLeast(1), recipe.batchSize)
    .option('--lr <rate>', 'learning rate of Adam', parse.positiveNumber, recipe.learningRate)
    .addOption(
      new Option('--schedule <kind>', 'of the learning rate')
        .argParser(parse.oneOf(schedules))
        .default(recipe.schedule.kind),
    )
    .option('--weight-decay <strength>', 'L2 penalty', parse.nonNegativeNumber, recipe.weightDecay)
    .option(
      '--label-smoothing <share>',
      'share of the target that is spread over all classes',
      parse.numberBetween(0, 0.99),
      recipe.labelSmoothing,
    )
    .option('--distill <weight>', "share of the loss that follows the network's own answers", parse.numberBetween(0, 1))
    .option('--temperature <t>', 'of both softmaxes when distilling', parse.positiveNumber, 4)
    .option('--seed <n>', 'decides initial weights, order, splits', parse.integerAtLeast(0), recipe.seed);
}

function addResourceOptions(command: Command): void {
  command
    .option(
      '--memory <GiB>',
      'features above this go to disk',
      parse.positiveNumber,
      defaultMemoryLimit / bytesPerGibibyte,
    )
    .option('--work <folder>', 'for checkpoints and spilled features (default: the output folder with .work)')
    .option('--keep-work', 'leave that folder there at the end')
    .option('--no-resume', 'drop what an interrupted training left there; without this it goes on');
  addGraphOptions(command);
  addRuntimeOptions(command);
}
