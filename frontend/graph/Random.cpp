// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Random.h"
#include <cmath>
#include <numbers>
#include <optional>
#include <random>
#include <tenon/layer.h>
#include <tenon/philox.h>

namespace tenon::graph {

static std::optional<uint64_t> processSeed;
static uint64_t seedsDrawn = 0;

static uint64_t draw(uint64_t seed, uint64_t position, uint32_t stream) {
  auto words =
      philox({uint32_t(position), uint32_t(position >> 32), stream, 0}, {uint32_t(seed), uint32_t(seed >> 32)});
  return uint64_t(words[1]) << 32 | words[0];
}

uint64_t randomSeed() {
  if (!processSeed) {
    std::random_device device;
    processSeed = uint64_t(device()) << 32 | device();
  }
  return *processSeed;
}

uint64_t nextSeed() { return draw(randomSeed(), seedsDrawn++, 1); }

double RandomStream::uniform() { return std::ldexp(static_cast<double>(draw(seed, position++, 0) >> 11), -53); }

double RandomStream::normal() {
  double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

} // namespace tenon::graph

void tenon::setRandomSeed(uint64_t seed) {
  graph::processSeed = seed;
  graph::seedsDrawn = 0;
}
