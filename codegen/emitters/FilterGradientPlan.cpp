// SPDX-License-Identifier: Apache-2.0
#include "codegen/emitters/FilterGradientPlan.h"
#include "ir/Dialect.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

using Plan = FilterGradientPlan;
using Cut = FilterGradientCut;

// At least `enough` tasks where the result has so many tiles, none with less than `least` row tiles or more than
// `most`.
static Cut cutInto(const Plan &p, int64_t enough, int64_t least, int64_t most) {
  auto together = [](int64_t count, int64_t runs) { // how many make one of so many runs
    runs = std::clamp<int64_t>(runs, 1, count);
    return (count + runs - 1) / runs;
  };
  auto runs = [](int64_t count, int64_t size) { return (count + size - 1) / size; };
  int64_t rowTiles = runs(p.rows, p.tile.rows), columnTiles = runs(p.columns, p.tile.columns);
  Cut cut{};
  int64_t rowRuns =
      std::max(std::min(enough, rowTiles / std::clamp<int64_t>(least, 1, rowTiles)), runs(rowTiles, most));
  cut.rows = together(rowTiles, rowRuns) * p.tile.rows;
  cut.chunks = runs(p.rows, cut.rows);
  cut.taps = together(p.taps, runs(enough, cut.chunks));
  cut.tapGroups = runs(p.taps, cut.taps);
  cut.columns = together(columnTiles, runs(enough, cut.chunks * cut.tapGroups)) * p.tile.columns;
  cut.columnGroups = runs(p.columns, cut.columns);
  return cut;
}

static Cut cutOf(const Plan &p, const ir::Machine &machine) {
  // The batch is unknown: 32 samples are assumed when judging what a task is worth; 10 us each, at least one tile.
  constexpr double worth = 10e-6;
  int64_t pixels = 64;
  if (auto constant = dyn_cast<AffineConstantExpr>(p.pixelsPerSample))
    pixels = constant.getValue();
  double perRowTile = ir::contractionSeconds(machine, p.tile, p.tile.rows, p.columns, 32 * pixels) * p.taps;
  int64_t most = std::max<int64_t>(1, machine.l2 * 2 / 5 / (p.blockPixels * 4 * p.tile.rows)); // rows of a block in L2
  if (perRowTile * ((p.rows + p.tile.rows - 1) / p.tile.rows) < worth)
    return cutInto(p, 1, INT64_MAX, most);
  constexpr int64_t tilesPerCopy = 16; // a panel of the gradient is copied for so many tiles
  int64_t least = std::max((tilesPerCopy + p.taps - 1) / p.taps, static_cast<int64_t>(worth / perRowTile));
  // Fewer tasks where they would wait for memory: a core gets 3 to 4 bytes a cycle from behind its L2 and needs a third
  // of that to be fed. Measured with AVX-512: 57 % of the peak at 26 flops per byte, 72 % at 48 to 96.
  const double fed = 0.75 * 2 * static_cast<double>(machine.lanes * machine.fmaPorts);
  for (int64_t enough = 8;; enough /= 2)
    if (Cut cut = cutInto(p, enough, least, most); cut.flopsPerByte() >= fed || enough == 2)
      return cut;
}

// Rows of a few channels out of many lie a multiple of the pitch apart and fall into few sets of L1.
static int64_t packedPixels(const Plan &p, const Kernel &kernel) {
  constexpr int64_t uses = 12; // of each element that make a copy pay
  if (p.cut.taps * (p.cut.columns / p.tile.columns) < uses)
    return 0;
  int64_t pixels = p.blockPixels;
  if (p.isPoint)
    return pixels;
  Operation *root = kernel.root();
  auto convolution = cast<ir::ConvFilterGradOp>(root);
  if (llvm::any_of(convolution.getStrides(), [](int64_t stride) { return stride != 1; }))
    return 0;
  // What the taps of the block's pixels reach, where the sizes are known.
  SmallVector<int64_t> in, out, reach;
  auto window = cast<RankedTensorType>(root->getResult(0).getType()).getShape().drop_back(2);
  for (auto [axis, taps] : llvm::enumerate(window)) {
    auto from = dyn_cast<AffineConstantExpr>(kernel.shape(root->getOperand(0))[axis + 1]);
    auto to = dyn_cast<AffineConstantExpr>(kernel.shape(root->getOperand(1))[axis + 1]);
    if (!from || !to)
      return 0;
    ArrayRef<int64_t> dilations = convolution.getDilations();
    in.push_back(from.getValue());
    out.push_back(to.getValue());
    reach.push_back((taps - 1) * (dilations.empty() ? 1 : dilations[axis]));
  }
  if (window.size() == 1) { // a line
    in.insert(in.begin(), 1);
    out.insert(out.begin(), 1);
    reach.insert(reach.begin(), 0);
  }
  int64_t width = std::clamp<int64_t>(out[1], 1, pixels),
          lines = std::clamp<int64_t>(pixels / width, 1, std::max<int64_t>(out[0], 1));
  int64_t samples = std::max<int64_t>(pixels / (width * std::max<int64_t>(out[0], 1)), 1);
  return samples * std::min(in[0], lines + reach[0]) * std::min(in[1], width + reach[1]);
}

Plan::FilterGradientPlan(const Kernel &kernel, const ir::Machine &machine) {
  Operation *root = kernel.root();
  auto result = cast<RankedTensorType>(root->getResult(0).getType());
  rows = result.getShape().drop_back().back();
  columns = result.getShape().back();
  for (int64_t size : result.getShape().drop_back(2))
    taps *= size;
  pixelsPerSample = getAffineConstantExpr(1, kernel.module()->getContext());
  for (AffineExpr dim : ArrayRef(kernel.shape(root->getOperand(1))).drop_back().drop_front())
    pixelsPerSample = pixelsPerSample * dim;
  ir::ScheduleAttr schedule = *kernel.op().getSchedule();
  tile = {schedule.getRows(), schedule.getColumns()};
  auto convolution = dyn_cast<ir::ConvFilterGradOp>(root);
  isPoint = taps == 1 &&
            (!convolution || llvm::all_of(convolution.getPadding(), [](int64_t padding) { return padding <= 0; }));
  blockPixels = std::max<int64_t>(16, machine.l1 / 2 / (tile.columns * 4));
  cut = cutOf(*this, machine);
  copiesPanels = cut.taps * ((cut.rows + tile.rows - 1) / tile.rows) >= 4;
  packedPixels = ::packedPixels(*this, kernel);
}
