// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/ProgramGraph.h"

#include <cstdio>
#include <set>

namespace tenon::events {
namespace {
/// TensorFlow's names of nodes: letters, digits, and some signs.
std::string nodeName(const std::string &text) {
  std::string name;
  for (char c : text)
    name += std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-' ? c : '_';
  return name;
}

std::string stageName(const std::string &entry, size_t stage) {
  char number[24];
  std::snprintf(number, sizeof number, "stage_%03zu", stage);
  return nodeName(entry) + "/" + number;
}

/// A kernel's own name under its stage; the second of one name is numbered.
std::string uniqueIn(std::set<std::string> &used, const std::string &name) {
  std::string unique = name;
  for (int n = 1; !used.insert(unique).second; ++n)
    unique = name + "_" + std::to_string(n);
  return unique;
}

void addEntry(const EntryInfo &entry, std::vector<GraphNode> &graph) {
  std::vector<std::string> before;
  for (const TensorSpec &input : entry.inputs) {
    GraphNode node{nodeName(entry.name) + "/inputs/" + nodeName(input.name), "Input"};
    node.shapes = {input.shape()};
    before.push_back(node.name);
    graph.push_back(std::move(node));
  }
  for (size_t i = 0; i < entry.stages.size(); ++i) {
    const StageInfo &stage = entry.stages[i];
    std::vector<std::string> kernels;
    std::set<std::string> used;
    for (size_t k = 0; k < stage.kernels.size(); ++k) {
      GraphNode node{stageName(entry.name, i) + "/" + uniqueIn(used, nodeName(stage.kernels[k])), "Kernel", before};
      node.attributes.emplace_back("layers", k < stage.layers.size() ? stage.layers[k] : "");
      kernels.push_back(node.name);
      graph.push_back(std::move(node));
    }
    if (kernels.empty())
      continue;
    before = kernels;
    if (kernels.size() > 1) { // one edge to wait for, instead of one from each kernel to each
      graph.push_back({stageName(entry.name, i) + "/" + uniqueIn(used, "join"), "Join", kernels});
      before = {graph.back().name};
    }
  }
}
} // namespace

std::vector<GraphNode> programGraph(const Program &program) {
  std::vector<GraphNode> graph;
  for (const EntryInfo &entry : program.entries())
    addEntry(entry, graph);
  return graph;
}

} // namespace tenon::events
