/**
 * Side of a pooled map near the wanted one, such that it divides the map's side: windows of one size are a plain pool,
 * which every runtime is fast at, while windows of several sizes took 8 to 25 times as long on ONNX Runtime.
 * Among the divisors from half to twice the wanted side it is the nearest by ratio, the smaller of two equally near
 * ones.
 * If there is none, the result is the wanted side. A smaller map keeps its side.
 * @param mapSide Height or width of the map, in positions.
 * @param wanted Height or width to come near to.
 */
export function evenPoolSize(mapSide: number, wanted: number): number {
  if (mapSide <= wanted) return mapSide;
  const ratio = (side: number): number => Math.max(side / wanted, wanted / side);
  const divisors = Array.from({ length: 2 * wanted }, (_unused, index) => index + 1).filter(
    (side) => mapSide % side === 0 && ratio(side) <= 2,
  );
  return divisors.reduce((best, side) => (ratio(side) < ratio(best) ? side : best), divisors[0] ?? wanted);
}
