// SPDX-License-Identifier: Apache-2.0
// The channels of a depthwise convolution as vectors. With a multiplier M every input channel c ("narrow") has M output
// channels c * M .. c * M + M - 1 ("wide"); a vector of wide channels meets the narrow ones spread over its lanes.
#pragma once
#include "codegen/KernelBuilder.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace tenon::codegen {

struct ChannelPiece {
  Value wide, narrow;         // first channel of either side
  int64_t lanes, narrowLanes; // how many of either
};

/// Units are what tasks are cut into: a whole vector where M divides it (a power of two), else one narrow channel.
class ChannelPieces {
public:
  ChannelPieces(KernelBuilder &k, int64_t narrow, int64_t multiplier)
      : k(k), narrow(narrow), multiplier(multiplier), vectors(inVectors(multiplier, k.lanes)) {}

  /// Do vectors span whole narrow channels? Otherwise all pieces of a unit belong to one narrow channel.
  static bool inVectors(int64_t multiplier, int64_t lanes) {
    return (multiplier & (multiplier - 1)) == 0 && multiplier <= lanes;
  }
  static int64_t unitsOf(int64_t narrow, int64_t multiplier, int64_t lanes) {
    return inVectors(multiplier, lanes) ? (narrow * multiplier + lanes - 1) / lanes : narrow;
  }
  bool spanChannels() const { return vectors; }
  int64_t units() const { return unitsOf(narrow, multiplier, k.lanes); }

  /// The pieces of every unit in [low, high): a narrower last unit is cut into halves.
  void each(Value low, Value high, llvm::function_ref<void(llvm::ArrayRef<ChannelPiece>)> body) {
    if (!vectors) {
      k.each(low, high, k.constant(1), [&](Value c) {
        llvm::SmallVector<ChannelPiece> pieces;
        for (auto [at, width] : cut(multiplier))
          pieces.push_back({k.add(k.mul(c, multiplier), at), c, width, 1});
        body(pieces);
      });
      return;
    }
    auto piece = [&](Value wide, int64_t width) {
      body(ChannelPiece{wide, k.div(wide, multiplier), width, width / multiplier});
    };
    int64_t wide = narrow * multiplier, whole = wide / k.lanes;
    if (whole > 0)
      k.each(low, k.min(high, k.constant(whole)), k.constant(1), [&](Value u) { piece(k.mul(u, k.lanes), k.lanes); });
    if (whole * k.lanes < wide)
      k.when(k.compare(mlir::arith::CmpIPredicate::sgt, high, k.constant(whole)), [&] {
        for (auto [at, width] : cut(wide - whole * k.lanes))
          piece(k.constant(whole * k.lanes + at), width);
      });
  }

  /// Narrow channels from memory, each in the lanes of its wide ones.
  Value loadSpread(const ChannelPiece &piece, Value address) {
    Value loaded = k.load(k.vectorOf(k.f32, piece.narrowLanes), address);
    if (piece.narrowLanes == piece.lanes)
      return loaded;
    if (piece.narrowLanes == 1)
      return k.broadcast(loaded, piece.lanes);
    llvm::SmallVector<int64_t> lanes;
    for (int64_t i = 0; i < piece.lanes; ++i)
      lanes.push_back(i / multiplier);
    return mlir::vector::ShuffleOp::create(k.b, loaded, loaded, lanes);
  }
  /// The sum over the wide channels of each narrow one, in their order.
  Value sumNarrow(const ChannelPiece &piece, Value wide) {
    if (piece.narrowLanes == piece.lanes)
      return wide;
    auto plus = [&](Value x, Value y) -> Value { return mlir::arith::AddFOp::create(k.b, x, y); };
    if (piece.narrowLanes == 1)
      return k.horizontal(wide, plus);
    Value sum;
    for (int64_t m = 0; m < multiplier; ++m) {
      llvm::SmallVector<int64_t> lanes;
      for (int64_t i = 0; i < piece.narrowLanes; ++i)
        lanes.push_back(i * multiplier + m);
      Value part = mlir::vector::ShuffleOp::create(k.b, wide, wide, lanes);
      sum = sum ? plus(sum, part) : part;
    }
    return sum;
  }

private:
  // Vectors covering `count` elements: whole ones, then halves.
  llvm::SmallVector<std::pair<int64_t, int64_t>> cut(int64_t count) {
    llvm::SmallVector<std::pair<int64_t, int64_t>> pieces;
    for (int64_t at = 0, width = k.lanes; at < count; width /= 2)
      for (; at + width <= count; at += width)
        pieces.push_back({at, width});
    return pieces;
  }

  KernelBuilder &k;
  int64_t narrow, multiplier;
  bool vectors;
};

} // namespace tenon::codegen
