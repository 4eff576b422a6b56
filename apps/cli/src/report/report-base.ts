import type { EvaluationReport, MethodReport, ReferencePoint } from '@ztw/core/evaluation';

/**
 * MACs that are 100 % in charts of several methods: the largest backbone, because methods may have different backbones.
 * Tables keep each method's own.
 */
export function baseMacs({ methods, references }: EvaluationReport): number {
  const backbones = methods.map((method) => method.backboneMacs);
  return backbones.length > 0 ? Math.max(...backbones) : Math.max(1, ...references.map((reference) => reference.macs));
}

/** A method's cost as a fraction of the chart's 100 %. */
export function chartCost(method: MethodReport, cost: number, base: number): number {
  return (cost * method.backboneMacs) / base;
}

/** The whole network that is the 100 % of a method; null if no network of that cost is reported. */
export function backboneOf(report: EvaluationReport, method: MethodReport): ReferencePoint | null {
  return report.references.find((reference) => reference.macs === method.backboneMacs) ?? null;
}
