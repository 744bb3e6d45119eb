// SPDX-License-Identifier: Apache-2.0
#include "tools/tenon/Explain.h"
#include "ir/Dialect.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"
#include <map>
#include <nlohmann/json.hpp>

namespace tenon::tools {
namespace {
using codegen::Explanation;

std::string printed(const char *format, auto... values) {
  char text[256];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}
std::string time(double seconds) {
  return seconds < 1e-3 ? printed("%.1f us", seconds * 1e6) : printed("%.2f ms", seconds * 1e3);
}
std::string padded(std::string text, size_t width) { return text.size() < width ? text + std::string(width - text.size(), ' ') : text; }

// One layer's share of an entry. Kernels are named after their first layer; the others are guests in it.
struct LayerOf {
  std::string name;
  bool movesNothing = false;
  std::vector<size_t> own, joined; // indices of kernels
  std::vector<const Explanation::Remark *> remarks;
};

std::vector<LayerOf> layersOf(const Explanation::Entry &entry, const LayerList &known) {
  std::vector<LayerOf> layers;
  llvm::StringMap<size_t> index;
  auto layer = [&](const std::string &name) -> LayerOf & {
    auto [found, isNew] = index.try_emplace(name, layers.size());
    if (isNew)
      layers.push_back({name, false, {}, {}, {}});
    return layers[found->second];
  };
  for (size_t i = 0; i < known.names.size(); ++i)
    layer(known.names[i]).movesNothing = known.movesNothing[i];
  for (size_t i = 0; i < entry.kernels.size(); ++i)
    for (size_t k = 0; k < entry.kernels[i].layers.size(); ++k) {
      LayerOf &one = layer(entry.kernels[i].layers[k]);
      (k == 0 ? one.own : one.joined).push_back(i);
    }
  for (const Explanation::Remark &remark : entry.remarks)
    layer(remark.layer).remarks.push_back(&remark);
  return layers;
}

double predicted(const Explanation::Entry &entry) {
  double seconds = 0;
  for (const Explanation::Kernel &kernel : entry.kernels)
    seconds += kernel.seconds;
  return seconds;
}

std::string whatIsLeft(const LayerOf &layer, const Explanation::Entry &entry) {
  if (!layer.joined.empty()) {
    std::string hosts;
    llvm::SetVector<llvm::StringRef> names;
    for (size_t kernel : layer.joined)
      names.insert(entry.kernels[kernel].layers[0]);
    for (llvm::StringRef name : names)
      hosts += (hosts.empty() ? "" : ", ") + name.str();
    return "in the kernel of " + hosts;
  }
  if (layer.movesNothing)
    return "free: a view of its input, or written in place by its inputs";
  return "no kernel: computed from weights alone, or folded";
}

std::string textOf(const Explanation::Entry &entry, const LayerList &known) {
  std::string text = entry.name + ": " + std::to_string(entry.kernels.size()) + " kernels in " + std::to_string(entry.stages) +
                     " stages, " + time(predicted(entry)) + " predicted (batch 1, one core)\n";
  std::vector<LayerOf> layers = layersOf(entry, known);
  size_t width = 5;
  for (const LayerOf &layer : layers)
    width = std::clamp(layer.name.size(), width, size_t(32));
  for (const LayerOf &layer : layers) {
    std::string name = layer.name;
    auto line = [&](const std::string &rest) {
      text += "  " + padded(std::exchange(name, ""), width) + "  " + rest + "\n";
    };
    for (size_t at : layer.own) {
      const Explanation::Kernel &kernel = entry.kernels[at];
      line(padded(kernel.symbol.substr(0, kernel.symbol.rfind('_')) + (kernel.schedule.empty() ? "" : " " + kernel.schedule), 26) + "  stage " +
           padded(kernel.stage, 5) + " " + padded(time(kernel.seconds), 10) + " tasks " + padded(kernel.tasks, 12) + "  " + kernel.symbol);
    }
    if (layer.own.empty())
      line(whatIsLeft(layer, entry));
    for (const Explanation::Remark *remark : layer.remarks)
      line("- " + remark->pass + ": " + remark->text);
  }
  for (const Explanation::Loop &loop : entry.loops)
    text += "  stage " + loop.stage + " is a loop over " + loop.steps + (loop.reverse ? " steps backwards" : " steps") + " of " +
            (loop.layers.empty() ? "" : loop.layers[0]) + (loop.tasks.empty() ? "" : ", tasks " + loop.tasks) + "\n";
  std::map<std::string, int> counts;
  for (const Explanation::Remark &remark : entry.remarks)
    ++counts[remark.pass];
  for (const auto &[pass, count] : counts)
    text += "  " + pass + ": " + std::to_string(count) + (count == 1 ? " remark\n" : " remarks\n");
  return text;
}
} // namespace

LayerList layersOf(mlir::ModuleOp module) {
  LayerList list;
  auto predict = module.lookupSymbol<mlir::func::FuncOp>("predict");
  if (!predict)
    return list;
  llvm::StringMap<size_t> index;
  predict.walk([&](mlir::Operation *op) {
    if (mlir::isa<mlir::func::FuncOp, mlir::func::ReturnOp, ir::ReadOp, ir::ConstantOp, ir::YieldOp>(op))
      return;
    std::string name = ir::layerName(op->getLoc());
    auto [found, isNew] = index.try_emplace(name, list.names.size());
    if (isNew) {
      list.names.push_back(name);
      list.movesNothing.push_back(true);
    }
    if (!mlir::isa<ir::ReshapeOp, ir::ReshapeLikeOp, ir::ConcatOp, ir::SliceOp>(op))
      list.movesNothing[found->second] = false;
  });
  return list;
}

std::string explainText(const codegen::Explanation &explanation, const LayerList &layers) {
  std::string text;
  for (const Explanation::Entry &entry : explanation.entries)
    text += (text.empty() ? "" : "\n") + textOf(entry, entry.name == "predict" ? layers : LayerList{});
  return text;
}

std::string explainJson(const codegen::Explanation &explanation, const LayerList &layers) {
  auto all = nlohmann::ordered_json::array();
  for (const Explanation::Entry &entry : explanation.entries) {
    nlohmann::ordered_json one = {{"name", entry.name}, {"stages", entry.stages}, {"predicted_us", predicted(entry) * 1e6}};
    for (const char *list : {"kernels", "loops", "layers"})
      one[list] = nlohmann::ordered_json::array();
    for (const Explanation::Kernel &kernel : entry.kernels)
      one["kernels"].push_back({{"stage", kernel.stage}, {"kernel", kernel.symbol}, {"schedule", kernel.schedule},
                                {"layers", kernel.layers}, {"tasks", kernel.tasks}, {"predicted_us", kernel.seconds * 1e6}});
    for (const Explanation::Loop &loop : entry.loops)
      one["loops"].push_back({{"stage", loop.stage}, {"steps", loop.steps}, {"reverse", loop.reverse}, {"layers", loop.layers}, {"tasks", loop.tasks}});
    for (const LayerOf &layer : layersOf(entry, entry.name == "predict" ? layers : LayerList{})) {
      std::vector<size_t> kernels = layer.own;
      kernels.insert(kernels.end(), layer.joined.begin(), layer.joined.end());
      auto remarks = nlohmann::ordered_json::array();
      for (const Explanation::Remark *remark : layer.remarks)
        remarks.push_back({{"pass", remark->pass}, {"text", remark->text}});
      one["layers"].push_back({{"name", layer.name}, {"kernels", kernels}, {"remarks", remarks}});
    }
    all.push_back(one);
  }
  return nlohmann::ordered_json{{"entries", all}}.dump(1) + "\n";
}

} // namespace tenon::tools
