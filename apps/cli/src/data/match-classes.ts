import { InvalidDataError } from '@ztw/core';
import type { LabelledData } from './labelled-data.ts';

/** The classes of a network or bundle. */
export interface NetworkClasses {
  /** For messages. */
  readonly name: string;
  readonly classes: number;
  readonly labels: readonly string[] | null;
  /**
   * The file that the user named the classes with, where there is one: then class folders are matched by name or not at
   * all.
   */
  readonly namesFile?: string;
}

/**
 * Checks that the labels of the data are classes of the network. Where both name their classes and share names, labels
 * are matched by name (the data may then lack classes); else by index.
 * @returns The data, its labels renumbered to the network's classes where they were matched by name.
 * @throws InvalidDataError with both numbers and names where they do not match; where the user gave the names, for
 *   every class of the data that is not among them.
 */
export function matchClasses(data: LabelledData, network: NetworkClasses): LabelledData {
  const { labels, classNames } = data;
  if (labels === null) return data;
  if (classNames !== null && network.labels !== null) {
    const known = network.labels;
    const indices = classNames.map((className) => known.indexOf(className));
    if (network.namesFile !== undefined && indices.some((index) => index < 0)) {
      throw unknownNames(data.name, classNames, known, network.namesFile);
    }
    if (indices.every((index) => index >= 0)) {
      return { ...data, classNames: known, labels: labels.map((label) => indices[label] as number) };
    }
    // Folders named 0..9 may be named classes. But folders of which only some names match belong to another data set.
    if (indices.some((index) => index >= 0)) throw mismatch(data, network, classNames.length);
  }
  const classes = classNames?.length ?? largest(labels) + 1;
  const fits = classNames === null ? classes <= network.classes : classes === network.classes;
  if (!fits) throw mismatch(data, network, classes);
  return data;
}

function mismatch(data: LabelledData, network: NetworkClasses, classes: number): InvalidDataError {
  return new InvalidDataError(
    `The classes of ${data.name} do not match those of ${network.name}: the data has ${classes}${listed(data.classNames)}, the network ${network.classes}${listed(network.labels)}. Use the data that the network was trained for, or rename the class folders.`,
  );
}

function unknownNames(
  dataName: string,
  classNames: readonly string[],
  known: readonly string[],
  file: string,
): InvalidDataError {
  const unknown = classNames.filter((name) => !known.includes(name));
  const unused = known.filter((name) => !classNames.includes(name));
  return new InvalidDataError(
    `--class-names ${file} does not name ${unknown.length} of the ${classNames.length} classes of ${dataName}${listed(unknown)}; ${unused.length} of its ${known.length} names are no class there${listed(unused)}. Names must match exactly. Change the file or rename the class folders.`,
  );
}

function listed(names: readonly string[] | null): string {
  if (names === null || names.length === 0) return '';
  const shown = names.slice(0, 12).join(', ');
  return ` (${shown}${names.length > 12 ? ', ...' : ''})`;
}

function largest(labels: Int32Array): number {
  return labels.reduce((most, label) => Math.max(most, label), -1);
}
