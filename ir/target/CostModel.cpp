// SPDX-License-Identifier: Apache-2.0
#include "ir/target/CostModel.h"
#include <algorithm>

using namespace tenon::ir;

namespace {
constexpr double fmaLatency = 4; // cycles, current x86 and Arm cores
// Cycles of a step that no port explains: the loop itself, and loads that miss L1. Measured: a weight gradient of 128 x 128
// runs at 69 % of the peak in tiles of 4 x 16, at 91 % in tiles of 6 x 16.
constexpr double stepOverhead = 0.5;

double cyclesPerStep(const Machine &machine, int64_t rows, int64_t vectors) {
  double fma = static_cast<double>(rows * vectors) / machine.fmaPorts;
  double loads = static_cast<double>(rows + vectors) / machine.loadPorts;
  return std::max({fma, loads, fmaLatency}) + stepOverhead;
}
int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }
} // namespace

// The tile for which down(rows, vectors), the cycles of one step for all rows of a tile's columns, times the panels of
// columns comes cheapest.
template <typename Down> static Tile cheapestTile(const Machine &machine, int64_t columns, Down &&down) {
  constexpr int64_t mostRows = 14; // more rows gain nothing and cost code
  Tile best{1, machine.lanes};
  double bestCost = 0;
  for (int64_t vectors = 1; vectors <= 4; ++vectors) {
    int64_t width = vectors * machine.lanes;
    if (vectors > 1 && width - machine.lanes >= columns)
      break; // a whole vector of padding
    for (int64_t rows = 1; rows <= mostRows && rows * vectors + vectors + 1 <= machine.registers; ++rows) {
      double cost = down(rows, vectors) * static_cast<double>(ceilDiv(columns, width));
      // Prefer tiles with more independent chains when the model sees no difference: they hide what it does not see.
      cost *= 1 - 1e-3 * static_cast<double>(rows * vectors) / machine.registers;
      if (bestCost == 0 || cost < bestCost) {
        bestCost = cost;
        best = {rows, width};
      }
    }
  }
  return best;
}

Tile tenon::ir::chooseTile(const Machine &machine, int64_t columns, int64_t rows) {
  return cheapestTile(machine, columns, [&](int64_t tileRows, int64_t vectors) {
    // Of any number of rows the waste in the last tile is not counted.
    double tilesDown = rows > 1 ? static_cast<double>(ceilDiv(rows, tileRows)) / static_cast<double>(rows) : 1.0 / static_cast<double>(tileRows);
    return tilesDown * cyclesPerStep(machine, tileRows, vectors);
  });
}

Tile tenon::ir::chooseFilterGradientTile(const Machine &machine, int64_t columns, int64_t rows) {
  // What copying a panel costs. Measured: 64 x 64 results of 9 taps run 4 to 7 % faster in tiles of 6 x 64 than of 13 x 32.
  constexpr double copy = 1.04;
  return cheapestTile(machine, columns, [&](int64_t tileRows, int64_t vectors) {
    int64_t rest = rows % tileRows; // a tile of its own height
    double cost = static_cast<double>(rows / tileRows) * cyclesPerStep(machine, tileRows, vectors) +
                  (rest ? cyclesPerStep(machine, rest, vectors) : 0);
    return vectors * machine.lanes < columns ? cost * copy : cost;
  });
}

double tenon::ir::contractionSeconds(const Machine &machine, Tile tile, int64_t rows, int64_t columns,
                                     int64_t reduction) {
  double steps = static_cast<double>(ceilDiv(rows, tile.rows)) * ceilDiv(columns, tile.columns) * reduction;
  return steps * cyclesPerStep(machine, tile.rows, tile.columns / machine.lanes) / (machine.gigahertz * 1e9);
}

Tile tenon::ir::chooseDepthwiseTile(const Machine &machine, int64_t width, int64_t windowWidth) {
  // A row of weights (a few of them, when it is long), a column of the input and the sums fit the registers.
  int64_t most = std::clamp<int64_t>(machine.registers - std::min<int64_t>(windowWidth, machine.registers / 4) - 2, 1, 14);
  if (width <= 0)
    return {std::min<int64_t>(most, 8), machine.lanes};
  Tile best{1, machine.lanes};
  int64_t bestCost = 0;
  for (int64_t outputs = 1; outputs <= std::min(most, width); ++outputs) {
    int64_t cost = ceilDiv(width, outputs) * (outputs + 1); // a tile reads its weights once
    if (bestCost == 0 || cost <= bestCost) {
      bestCost = cost;
      best.rows = outputs;
    }
  }
  return best;
}

double tenon::ir::depthwiseSeconds(const Machine &machine, int64_t pixels, int64_t channels, int64_t taps) {
  double products = static_cast<double>(pixels) * ceilDiv(channels, machine.lanes) * taps;
  return products / machine.fmaPorts / (machine.gigahertz * 1e9);
}

double tenon::ir::streamSeconds(const Machine &machine, double bytes) {
  constexpr double bytesPerCycle = 12; // a core's share of L3, less when it is memory
  return bytes / bytesPerCycle / (machine.gigahertz * 1e9);
}
