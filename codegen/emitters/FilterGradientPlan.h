// SPDX-License-Identifier: Apache-2.0
// How a weight gradient is cut into tasks and blocks of pixels, and which operands are copied on the way: a function of
// kernel and machine alone.
#pragma once
#include "codegen/Kernel.h"
#include "ir/target/CostModel.h"

namespace tenon::codegen {

/// A task is a run of input channels, of taps and of filters: what it takes of each and how many runs there are.
struct FilterGradientCut {
  int64_t rows, taps, columns, chunks, tapGroups, columnGroups;
  int64_t tasks() const { return chunks * tapGroups * columnGroups; }
  /// Arithmetic per byte of the operands, which every task reads anew.
  double flopsPerByte() const { return 2.0 * rows * columns * taps / (4.0 * (rows + columns)); }
};

struct FilterGradientPlan {
  FilterGradientPlan(const Kernel &kernel, const ir::Machine &machine);

  int64_t rows, columns; // of one tap's result: input channels, filters
  int64_t taps = 1;
  mlir::AffineExpr pixelsPerSample;
  ir::Tile tile;
  FilterGradientCut cut;
  bool isPoint;         // one tap, which never lies outside: dense layers and 1x1 convolutions
  int64_t blockPixels;  // at most: a panel of the gradient for them takes half of L1
  bool copiesPanels;    // of the gradient's columns
  int64_t packedPixels; // at most, of the input that a block reads; 0: it is read where it lies
};

} // namespace tenon::codegen
