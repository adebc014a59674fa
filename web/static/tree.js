// The tree of a log: inclusion proofs, and roots out of tiles. Sources: RFC 6962, RFC 9162, C2SP tlog-tiles. No DOM.

import { join, same, Wrong } from "./base.js";

export const hashLeaf = (sha256, data) => sha256(join([0], data));
const hashNode = (sha256, left, right) => sha256(join([1], left, right));

// RFC 9162, section 2.1.3.2: says whether `leaf` stands at `index` in the tree of `size` leaves under `root`.
export async function isIncluded(sha256, leaf, index, size, path, root) {
  if (index >= size || [leaf, root, ...path].some((value) => value.length !== 32)) return false;
  let [at, last, hash] = [index, size - 1, leaf];
  for (const other of path) {
    if (last === 0) return false;
    if (at % 2 || at === last) {
      hash = await hashNode(sha256, other, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      hash = await hashNode(sha256, hash, other);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 && same(hash, root);
}

// `height`: the largest h with 2^h <= count.
const height = (count) => { let h = 0; while (2 ** (h + 1) <= count) h++; return h; };
const split = (start, end) => start + 2 ** height(end - start - 1);

// The path of the tile `index` of `level`, cut to `width` hashes.
export function getTilePath(level, index, width) {
  const groups = String(index).replace(/\B(?=(\d{3})+$)/g, ",").split(",").map((group) => group.padStart(3, "0"));
  const name = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
  return `tile/${level}/${name}${width < 256 ? `.p/${width}` : ""}`;
}

// The tree of `size` leaves; `load(path)` gives a tile's bytes. Nothing is proven before a root was compared.
export function openTree(size, sha256, load) {
  const tiles = new Map();
  const readTile = async (level, index) => {
    const width = Math.min(256, Math.floor(size / 256 ** level) - index * 256);
    const path = getTilePath(level, index, width);
    if (!tiles.has(path)) tiles.set(path, await load(path));
    if (tiles.get(path).length !== width * 32) throw new Wrong("网上的账本缺了一块。");
    return tiles.get(path);
  };
  const subtree = async (start, end) => {
    const h = height(end - start);
    if (2 ** h < end - start) {
      const middle = split(start, end);
      return hashNode(sha256, await subtree(start, middle), await subtree(middle, end));
    }
    const level = Math.floor(h / 8);
    const first = start / 256 ** level;
    const tile = await readTile(level, Math.floor(first / 256));
    const fold = async (from, count) => (count === 1 ? tile.slice(from * 32, from * 32 + 32)
      : hashNode(sha256, await fold(from, count / 2), await fold(from + count / 2, count / 2)));
    return fold(first % 256, 2 ** (h % 8));
  };
  // Both roots out of the very same hashes: that makes the larger tree an extension of the smaller.
  const roots = async (old, start = 0, end = size) => {
    if (old === end) return Array(2).fill(await subtree(start, end));
    const middle = split(start, end);
    if (old <= middle) {
      const [before, left] = await roots(old, start, middle);
      return [before, await hashNode(sha256, left, await subtree(middle, end))];
    }
    const left = await subtree(start, middle);
    return Promise.all((await roots(old, middle, end)).map((right) => hashNode(sha256, left, right)));
  };
  const rootWith = async (index, leaf, start = 0, end = size) => {
    if (end - start === 1) return leaf;
    const middle = split(start, end);
    return index < middle
      ? hashNode(sha256, await rootWith(index, leaf, start, middle), await subtree(middle, end))
      : hashNode(sha256, await subtree(start, middle), await rootWith(index, leaf, middle, end));
  };
  return { roots, rootWith };
}
