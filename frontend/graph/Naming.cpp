// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/LayerNode.h"
#include <cctype>
#include <map>

namespace tenon::graph {

static std::map<std::string, int> &counters() {
  static std::map<std::string, int> map;
  return map;
}

// Keras: (.)([A-Z][a-z]+) becomes \1_\2, then ([a-z])([A-Z]) becomes \1_\2, then lower case; digits belong to what
// stands before them.
std::string snakeCase(const std::string &name) {
  auto upper = [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; };
  auto lower = [](char c) { return std::islower(static_cast<unsigned char>(c)) != 0; };
  std::string split;
  for (size_t i = 0; i < name.size(); ++i) {
    if (i > 0 && upper(name[i]) && i + 1 < name.size() && lower(name[i + 1]))
      split += '_';
    split += name[i];
  }
  std::string out;
  for (size_t i = 0; i < split.size(); ++i) {
    if (i > 0 && upper(split[i]) && lower(split[i - 1]))
      out += '_';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(split[i])));
  }
  return out;
}

std::string automaticName(const std::string &className) {
  std::string base = snakeCase(className);
  int n = counters()[base]++;
  return n == 0 ? base : base + "_" + std::to_string(n);
}

} // namespace tenon::graph

void tenon::clearSession() { graph::counters().clear(); }
