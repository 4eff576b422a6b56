import { headFamilies } from '@ztw/heads';
import { bundleRuntimes } from '@ztw/onnx-graph';
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
import { commandText } from '../../program/command-text.ts';
import type { CommandEnvironment } from '../../program/environment.ts';
import { runJob } from '../../program/run-job.ts';
import { addBudgetOptions } from './budget-flags.ts';
import { trainJob } from './job.ts';
import { bytesPerGibibyte, schedules, type TrainFlags, trainOptions } from './options.ts';
import { addPruningOptions } from './pruning-flags.ts';
import { recordedArguments } from './recorded-arguments.ts';
import { trainingText } from './text.ts';
import { augmentations } from './training-data.ts';

/** `ztw train`: internal classifiers for one network or a chain, written as bundles. */
export function addTrainCommand(program: Command, environment: CommandEnvironment): void {
  const command = program
    .command('train')
    .description('train internal classifiers for a network or a chain of networks, and write one bundle per method')
    .argument('<network...>', 'ONNX networks; several make a chain, the cheapest first');
  addOutputOptions(command.optionsGroup('Output:'));
  addDataOptions(command.optionsGroup('Data:'));
  addGraphOptions(command.optionsGroup('Network and internal classifiers:'));
  addArchitectureOptions(command);
  addBudgetOptions(command.optionsGroup('Budgets and exits:'));
  addPruningOptions(command);
  addRecipeOptions(command.optionsGroup('Training:'));
  addResourceOptions(command.optionsGroup('Resources and resuming:'));
  addExamples(command, [
    'ztw train network.onnx --data photos/ --preset imagenet --out out/early',
    'ztw train resnet56.onnx --data train.tar.gz --cuts all --methods ztw,sdn --augment flip --epochs 16 --out out/resnet56',
    'ztw train small.onnx large.onnx --cuts none --calibration-data held-out/ --out out/chain',
    'ztw train network.onnx --data photos/ --cuts all --prune-exits milliseconds --out out/early',
    "ztw train small.onnx large.onnx --cuts '3;auto' --data photos/ --out out/chain",
  ]);
  command.action(async (networks: readonly string[], _flags: TrainFlags, self: Command) => {
    const flags = self.optsWithGlobals<TrainFlags & GlobalOptions>();
    const options = trainOptions(networks, flags, commandText(recordedArguments(environment.args, self)));
    const result = await runJob(environment, flags.quiet === true, (context) => trainJob(options, context));
    environment.writeResult(flags.json === true ? `${JSON.stringify(result, null, 2)}\n` : trainingText(result));
  });
}

function addOutputOptions(command: Command): void {
  command
    .requiredOption('--out <folder>', 'folder for the bundle; with several methods, it gets a subfolder for each')
    .option('--overwrite', 'replace earlier output')
    .addOption(
      new Option('--runtimes <which>', `runtimes that can load the bundle: ${bundleRuntimes.join(', ')}`)
        .argParser(parse.oneOf(bundleRuntimes))
        .default(bundleDefaults.runtimes),
    )
    .option('--json', 'print the result as JSON');
}

function addDataOptions(command: Command): void {
  command
    .option(
      '--data <path>',
      'images to train on: folder of class folders, .tar(.gz), IDX, CIFAR binary, .npy, or fashion-mnist:train',
    )
    .option('--limit <n>', 'train on at most n images, the same number of each class', parse.integerAtLeast(1))
    .option(
      '--validation <fraction>',
      'share of the training images to hold out for ensemble and thresholds',
      parse.numberBetween(0.001, 0.9),
      bundleDefaults.heldOutShare,
    )
    .option(
      '--calibration-data <path>',
      'held-out images for ensemble and thresholds instead; the network must not have been trained on them',
    )
    .option('--calibration-rows <rows>', 'rows of --calibration-data to use: start:end, or a .npy file of row numbers')
    .option('--no-labels', "learn from the network's own answers instead of labels")
    .addOption(
      new Option('--augment <how>', `also train on mirrored images: ${augmentations.join(', ')}`)
        .argParser(parse.oneOf(augmentations))
        .default('none'),
    )
    .addOption(
      new Option(
        '--preset <name>',
        `normalisation: ${Object.keys(normalisationPresets).join(', ')} (default: found out)`,
      ),
    )
    .option('--mean <numbers>', 'mean per channel, for pixels in 0..1: 0.485,0.456,0.406')
    .option('--std <numbers>', 'standard deviation per channel')
    .addOption(
      new Option('--resize <how>', `how to fit images of another size: ${resizeModes.join(', ')}`).argParser(
        parse.oneOf(resizeModes),
      ),
    );
  addClassNamesOption(command).option(
    '--allow-mismatch',
    'continue even if a network by itself is near chance on the data, or has the classes in another order',
  );
}

function addArchitectureOptions(command: Command): void {
  command
    .option(
      '--cuts <selection>',
      "where to cut: auto, all, none, a number, fractions (0.2,0.4) or names; for a chain, one for all networks, or one each, separated by ';'",
      parse.collect((text) => text),
    )
    .addOption(
      new Option('--methods <names>', `methods to train: ${methods.join(', ')}`)
        .argParser(parse.commaSeparated(parse.oneOf(methods)))
        .default([bundleDefaults.method], bundleDefaults.method),
    )
    .addOption(
      new Option('--head <family>', `architecture of the internal classifiers: auto, ${headFamilies.join(', ')}`)
        .argParser(parse.oneOf(['auto', ...headFamilies]))
        .default(bundleDefaults.head.family),
    )
    .option('--head-layers <n>', 'number of layers of a conv or token head', parse.integerAtLeast(1))
    .option('--head-padding <n>', 'padding of convolutions: 1, or 0 as in the original code', parse.integerAtLeast(0))
    .addOption(
      new Option('--ensemble <kind>', `how the ztw method combines its exits: ${ensembleChoices.join(', ')}`)
        .argParser(parse.oneOf(ensembleChoices))
        .default(bundleDefaults.calibration.ensemble),
    );
}

function addRecipeOptions(command: Command): void {
  const recipe = defaultTrainingRecipe;
  command
    .option('--epochs <n>', 'training epochs per internal classifier', parse.integerAtLeast(1), recipe.epochs)
    .option('--batch <n>', 'rows per training step', parse.integerAtLeast(1), recipe.batchSize)
    .option('--lr <rate>', 'learning rate of Adam', parse.positiveNumber, recipe.learningRate)
    .addOption(
      new Option('--schedule <kind>', `schedule of the learning rate: ${schedules.join(', ')}`)
        .argParser(parse.oneOf(schedules))
        .default(recipe.schedule.kind),
    )
    .option('--weight-decay <strength>', 'strength of the L2 penalty', parse.nonNegativeNumber, recipe.weightDecay)
    .option(
      '--label-smoothing <share>',
      'share of the target to spread over all classes',
      parse.numberBetween(0, 0.99),
      recipe.labelSmoothing,
    )
    .option('--distill <weight>', "weight of the network's own answers in the loss", parse.numberBetween(0, 1))
    .option('--temperature <t>', 'softmax temperature for --distill', parse.positiveNumber, 4)
    .option('--seed <n>', 'seed for initial weights, row order and splits', parse.integerAtLeast(0), recipe.seed);
}

function addResourceOptions(command: Command): void {
  command
    .option(
      '--memory <GiB>',
      'memory for features; more are written to disk',
      parse.positiveNumber,
      defaultMemoryLimit / bytesPerGibibyte,
    )
    .option('--work <folder>', 'folder for checkpoints and spilled features (default: the output folder with .work)')
    .option('--keep-work', 'keep the work folder at the end')
    .option('--no-resume', 'discard an interrupted training in the work folder instead of resuming it');
  addRuntimeOptions(command);
}
