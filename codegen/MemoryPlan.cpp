// SPDX-License-Identifier: Apache-2.0
#include "codegen/MemoryPlan.h"
#include "ir/SymbolicShapes.h"
#include "llvm/ADT/BitVector.h"
#include <algorithm>
#include <numeric>

using namespace tenon;
using namespace tenon::codegen;

int64_t tenon::codegen::bufferBytes(const Buffer &buffer, llvm::ArrayRef<int64_t> symbols) {
  // Sizes that an entry's checks refuse may come out negative at a sample point.
  return std::max<int64_t>(64, (ir::evaluate(buffer.bytes, symbols) + 63) / 64 * 64);
}

static bool together(const Buffer &a, const Buffer &b) { return a.first <= b.last && b.first <= a.last; }

int64_t tenon::codegen::liveBytes(llvm::ArrayRef<Buffer> buffers, llvm::ArrayRef<int64_t> symbols) {
  int64_t most = 0;
  for (const Buffer &at : buffers) { // the maximum is reached where some buffer begins
    int64_t live = 0;
    for (const Buffer &other : buffers)
      if (other.first <= at.first && at.first <= other.last)
        live += bufferBytes(other, symbols);
    most = std::max(most, live);
  }
  return most;
}

std::vector<int64_t> tenon::codegen::offsetsOf(llvm::ArrayRef<Buffer> buffers, const MemoryPlan &plan,
                                               llvm::ArrayRef<int64_t> symbols, int64_t &arenaBytes) {
  std::vector<int64_t> offsets(buffers.size(), 0);
  arenaBytes = 0;
  for (unsigned v : plan.order) {
    for (unsigned u : plan.below[v])
      offsets[v] = std::max(offsets[v], offsets[u] + bufferBytes(buffers[u], symbols));
    arenaBytes = std::max(arenaBytes, offsets[v] + bufferBytes(buffers[v], symbols));
  }
  return offsets;
}

std::string tenon::codegen::checkMemory(llvm::ArrayRef<Buffer> buffers, const MemoryPlan &plan, llvm::ArrayRef<int64_t> symbols) {
  int64_t arena;
  std::vector<int64_t> offsets = offsetsOf(buffers, plan, symbols, arena);
  for (size_t u = 0; u < buffers.size(); ++u)
    for (size_t v = 0; v < u; ++v) {
      if (!together(buffers[u], buffers[v]))
        continue;
      int64_t endU = offsets[u] + bufferBytes(buffers[u], symbols), endV = offsets[v] + bufferBytes(buffers[v], symbols);
      if (offsets[u] < endV && offsets[v] < endU)
        return "buffers " + std::to_string(v) + " and " + std::to_string(u) + " overlap";
    }
  return {};
}

namespace {
// First fit at sample sizes, in the given order.
std::vector<int64_t> pack(llvm::ArrayRef<Buffer> buffers, const std::vector<int64_t> &bytes, const std::vector<unsigned> &order) {
  std::vector<int64_t> offsets(buffers.size(), -1);
  for (unsigned v : order) {
    std::vector<std::pair<int64_t, int64_t>> taken;
    for (size_t u = 0; u < buffers.size(); ++u)
      if (offsets[u] >= 0 && together(buffers[u], buffers[v]))
        taken.push_back({offsets[u], offsets[u] + bytes[u]});
    std::sort(taken.begin(), taken.end());
    int64_t at = 0;
    for (auto [low, high] : taken) {
      if (low >= at + bytes[v])
        break;
      at = std::max(at, high);
    }
    offsets[v] = at;
  }
  return offsets;
}

// "u lies below v" for buffers alive together, without the relations that follow from others.
MemoryPlan relate(llvm::ArrayRef<Buffer> buffers, const std::vector<int64_t> &offsets) {
  size_t n = buffers.size();
  MemoryPlan plan;
  plan.order.resize(n);
  std::iota(plan.order.begin(), plan.order.end(), 0u);
  std::stable_sort(plan.order.begin(), plan.order.end(), [&](unsigned a, unsigned b) { return offsets[a] < offsets[b]; });
  plan.below.resize(n);
  std::vector<llvm::BitVector> reach(n, llvm::BitVector(n)); // everything below v, directly or not
  for (size_t i = 0; i < n; ++i) {
    unsigned v = plan.order[i];
    for (size_t j = i; j-- > 0;) { // nearest first: what it implies needs no relation of its own
      unsigned u = plan.order[j];
      if (!together(buffers[u], buffers[v]) || reach[v].test(u))
        continue;
      plan.below[v].push_back(u);
      reach[v].set(u);
      reach[v] |= reach[u];
    }
  }
  return plan;
}

std::vector<std::vector<int64_t>> samplePoints(unsigned symbols) {
  std::vector<std::vector<int64_t>> points;
  if (symbols == 0)
    return {{}};
  for (int64_t batch : {1, 8, 64})
    for (int64_t other : {16, 128, 1024}) {
      std::vector<int64_t> point(symbols, other);
      point[0] = batch;
      points.push_back(point);
      if (symbols == 1)
        break;
    }
  return points;
}
} // namespace

MemoryPlan tenon::codegen::planMemory(llvm::ArrayRef<Buffer> buffers, unsigned symbols) {
  auto points = samplePoints(symbols);
  MemoryPlan best;
  double bestRatio = 0;
  for (const auto &point : points) {
    std::vector<int64_t> bytes;
    for (const Buffer &buffer : buffers)
      bytes.push_back(bufferBytes(buffer, point));
    auto life = [&](unsigned i) { return buffers[i].last - buffers[i].first + 1; };
    for (int rule = 0; rule < 3; ++rule) {
      std::vector<unsigned> order(buffers.size());
      std::iota(order.begin(), order.end(), 0u);
      auto key = [&](unsigned i) {
        return rule == 0 ? double(bytes[i]) : rule == 1 ? double(bytes[i]) * life(i) : double(life(i));
      };
      std::stable_sort(order.begin(), order.end(), [&](unsigned a, unsigned b) { return key(a) > key(b); });
      MemoryPlan plan = relate(buffers, pack(buffers, bytes, order));
      double worst = 0;
      for (const auto &at : points) {
        int64_t arena;
        offsetsOf(buffers, plan, at, arena);
        worst = std::max(worst, double(arena) / std::max<int64_t>(1, liveBytes(buffers, at)));
      }
      if (best.order.empty() || worst < bestRatio) {
        bestRatio = worst;
        best = std::move(plan);
      }
    }
  }
  return best;
}
