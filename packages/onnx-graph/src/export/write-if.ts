import { type Dimension, graphAttribute, makeNode } from '../graph/build.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { type Answer, answerPorts } from './single-file-ports.ts';

/** Writes a branch. It must write the tensors of the answer under the given names. */
type WriteBranch = (branch: GraphBuilder, answer: Answer) => void;

export interface IfOptions {
  /** Name of a bool tensor with one element. */
  readonly condition: string;
  readonly whenTrue: WriteBranch;
  readonly whenFalse: WriteBranch;
  /** Claimed names of the outputs. */
  readonly answer: Answer;
  /** The batch axis of the outputs. */
  readonly rows: Dimension;
  readonly classes: number;
}

/** Writes an If whose branches return the answer of the rows. Only the chosen branch runs. */
export function writeIf(builder: GraphBuilder, options: IfOptions): void {
  const { condition, whenTrue, whenFalse, answer, rows, classes } = options;
  const branch = (name: string, write: WriteBranch) => {
    const inner = builder.inner();
    const branchAnswer = {
      probabilities: inner.claim(`ztw/${answer.probabilities}`),
      exit: inner.claim(`ztw/${answer.exit}`),
    };
    write(inner, branchAnswer);
    return graphAttribute(name, inner.graph({ name, inputs: [], outputs: answerPorts(branchAnswer, rows, classes) }));
  };
  builder.add(
    makeNode(
      'If',
      [condition],
      [answer.probabilities, answer.exit],
      [branch('then_branch', whenTrue), branch('else_branch', whenFalse)],
    ),
  );
}
