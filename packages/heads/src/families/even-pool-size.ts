/**
 * Side of a pooled map that is near the wanted side and divides the map's side. All windows then have one size, which
 * is a plain pool. Windows of several sizes took 8 to 25 times as long on ONNX Runtime. The result is the nearest
 * divisor by ratio from half to twice the wanted side, the smaller of two equally near ones. Without such a divisor it
 * is the wanted side. A map that is not larger keeps its side.
 * @param mapSide Height or width of the map, in positions.
 * @param wanted Preferred height or width.
 */
export function evenPoolSize(mapSide: number, wanted: number): number {
  if (mapSide <= wanted) return mapSide;
  const ratio = (side: number): number => Math.max(side / wanted, wanted / side);
  const divisors = Array.from({ length: 2 * wanted }, (_unused, index) => index + 1).filter(
    (side) => mapSide % side === 0 && ratio(side) <= 2,
  );
  return divisors.reduce((best, side) => (ratio(side) < ratio(best) ? side : best), divisors[0] ?? wanted);
}
