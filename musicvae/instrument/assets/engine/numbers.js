// Small arithmetic that Python's numpy brings along, and its rules of rounding.

/** The first place of rising numbers before which `value` may stand. */
export function lowerBound(numbers, value) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The last such place: behind all numbers that are equal. */
export function upperBound(numbers, value) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rounded; a half goes to the even neighbour. */
export function rounded(value) {
  const near = Math.round(value);
  return near - value === 0.5 && near % 2 !== 0 ? near - 1 : near;
}

export const within = (value, low, high) => Math.min(high, Math.max(low, value));

/** The sum of products of `count` numbers of two arrays, from a place in each. */
export function dot(left, right, count = left.length, atLeft = 0, atRight = 0) {
  let sum = 0;
  for (let n = 0; n < count; n += 1) sum += left[atLeft + n] * right[atRight + n];
  return sum;
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** 0, 1, … for which `holds`. */
export function indices(count, holds) {
  const found = [];
  for (let n = 0; n < count; n += 1) if (holds(n)) found.push(n);
  return found;
}
