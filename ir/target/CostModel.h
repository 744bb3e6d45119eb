// SPDX-License-Identifier: Apache-2.0
// Prices: which register tile a contraction gets and what a kernel costs, from the machine description alone.
#pragma once
#include "ir/target/Machine.h"
#include <cstdint>

namespace tenon::ir {

/// A register tile of rows x columns accumulators; columns is a multiple of the lanes.
struct Tile {
  int64_t rows, columns;
};

/// The tile of a contraction with `columns` result columns (static) and rows that come `rows` at a time (a convolution's
/// output pixels, those of a batch where its size is known; 1 for a dense layer, any number of samples).
/// Analytical: cycles per reduction step = max(FMA ports, load ports, FMA latency over independent chains), times the
/// tiles needed, the last ones' waste included; the accumulators, one row of weights and a broadcast fit the registers.
Tile chooseTile(const Machine &machine, int64_t columns, int64_t rows);

/// The tile of a weight gradient with `rows` x `columns` results for one tap, both static: the same price, but a panel
/// narrower than the result is copied before it is used.
Tile chooseFilterGradientTile(const Machine &machine, int64_t columns, int64_t rows);

/// Predicted seconds of a contraction on one core.
double contractionSeconds(const Machine &machine, Tile tile, int64_t rows, int64_t columns, int64_t reduction);

/// The results along the width that a depthwise convolution keeps in registers: rows of the tile, one vector of channels
/// wide. width: results along it, 0 when it is not known; windowWidth: taps along it.
Tile chooseDepthwiseTile(const Machine &machine, int64_t width, int64_t windowWidth);

/// Predicted seconds of a depthwise convolution on one core: pixels of the result, each with `channels` results of `taps`
/// products.
double depthwiseSeconds(const Machine &machine, int64_t pixels, int64_t channels, int64_t taps);

/// Predicted seconds of moving bytes between a core and the memory behind its L2.
double streamSeconds(const Machine &machine, double bytes);

/// Rows of a block of a scan at most: where its weights stay in the cache, blocks of the batch loop each on its own.
inline constexpr int64_t scanBlockRows = 16;
/// Do weights of so many bytes stay in a core's L2 from one step of a loop to the next?
inline bool staysInCache(const Machine &machine, int64_t bytes) { return bytes <= machine.l2 / 2; }

/// What starting and joining the tasks of a stage costs.
inline constexpr double forkJoinSeconds = 0.3e-6;

} // namespace tenon::ir
