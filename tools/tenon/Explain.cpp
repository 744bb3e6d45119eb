// SPDX-License-Identifier: Apache-2.0
#include "tools/tenon/Explain.h"
#include "frontend/graph/ModelNode.h"
#include "ir/Dialect.h"
#include "passes/Pipelines.h"
#include "llvm/ADT/StringMap.h"

namespace tenon::tools {
namespace {
using codegen::Explanation;

void collect(const graph::ModelNode &model, const std::string &path, std::vector<ModelLayer> &layers) {
  for (const auto &layer : model.network().layers)
    if (auto *inner = dynamic_cast<const graph::ModelNode *>(layer.get()))
      collect(*inner, path + inner->name() + "/", layers);
    else
      layers.push_back(
          {path + layer->name(), layer->className() == "InputLayer" ? ModelLayer::Input : ModelLayer::Nothing});
}

/// The layers by name, in the order in which they are first asked for.
template <typename Row> class ByName {
public:
  explicit ByName(std::vector<Row> known) : rows(std::move(known)) {
    for (size_t i = 0; i < rows.size(); ++i)
      places.try_emplace(rows[i].name, i);
  }
  Row &operator[](const std::string &name) {
    auto [place, isNew] = places.try_emplace(name, rows.size());
    if (isNew) {
      rows.emplace_back();
      rows.back().name = name;
    }
    return rows[place->second];
  }
  std::vector<Row> rows;

private:
  llvm::StringMap<size_t> places;
};

LayerReport::Fate fateOf(const LayerReport &layer, ModelLayer::Work work) {
  if (!layer.kernels.empty() || !layer.loops.empty())
    return LayerReport::Kernel;
  if (!layer.guestOf.empty())
    return LayerReport::Joined;
  if (work == ModelLayer::Input)
    return LayerReport::Input;
  if (work == ModelLayer::Nothing)
    return LayerReport::Idle;
  if (work == ModelLayer::Views)
    return LayerReport::View;
  if (work == ModelLayer::Joins)
    return LayerReport::InPlace;
  for (const Explanation::Remark &remark : layer.remarks)
    if (remark.applied)
      return LayerReport::Folded;
  return LayerReport::Gone;
}

EntryReport report(const Explanation::Entry &entry, const std::vector<ModelLayer> &known,
                   const std::vector<std::string> &disabledPasses) {
  EntryReport result{entry, 0, {}, {}};
  std::vector<LayerReport> rows;
  for (const ModelLayer &layer : known)
    rows.push_back({layer.name, {}, {}, {}, {}, {}});
  ByName<LayerReport> layers(std::move(rows));
  for (size_t i = 0; i < entry.kernels.size(); ++i) {
    result.seconds += entry.kernels[i].seconds;
    for (size_t k = 0; k < entry.kernels[i].layers.size(); ++k) {
      LayerReport &layer = layers[entry.kernels[i].layers[k]];
      (k == 0 ? layer.kernels : layer.guestOf).push_back(i);
    }
  }
  for (size_t i = 0; i < entry.loops.size(); ++i)
    layers[entry.loops[i].layers.front()].loops.push_back(i);
  for (const Explanation::Remark &remark : entry.remarks)
    layers[remark.layer].remarks.push_back(remark);
  for (size_t i = 0; i < layers.rows.size(); ++i)
    layers.rows[i].fate = fateOf(layers.rows[i], i < known.size() ? known[i].work : ModelLayer::Computes);
  result.layers = std::move(layers.rows);

  for (const std::string &name : passes::optionalPasses()) {
    PassReport pass{name, std::find(disabledPasses.begin(), disabledPasses.end(), name) == disabledPasses.end(), 0, 0};
    for (const Explanation::Remark &remark : entry.remarks)
      if (remark.pass == name)
        ++(remark.applied ? pass.applied : pass.missed);
    // predict and train_step are what the passes are there for; of the others only those are told that had something to
    // do.
    if (pass.applied + pass.missed > 0 || entry.name == "predict" || entry.name == "train_step")
      result.passes.push_back(pass);
  }
  return result;
}
} // namespace

std::vector<ModelLayer> layersOf(const Input &input) {
  std::vector<ModelLayer> known;
  if (input.model)
    collect(input.model->model(), "", known);
  ByName<ModelLayer> layers(std::move(known));
  auto predict = (*input.module).lookupSymbol<mlir::func::FuncOp>("predict");
  if (predict)
    predict.walk([&](mlir::Operation *op) {
      if (mlir::isa<mlir::func::FuncOp, mlir::func::ReturnOp, ir::ReadOp, ir::ConstantOp, ir::YieldOp>(op))
        return;
      ModelLayer &layer = layers[ir::layerName(op->getLoc())];
      ModelLayer::Work work = mlir::isa<ir::ReshapeOp, ir::ReshapeLikeOp, ir::SliceOp>(op) ? ModelLayer::Views
                              : mlir::isa<ir::ConcatOp>(op)                                ? ModelLayer::Joins
                                                                                           : ModelLayer::Computes;
      layer.work = std::max(layer.work, work);
    });
  return std::move(layers.rows);
}

std::vector<EntryReport> report(const Explanation &explanation, const std::vector<ModelLayer> &layers,
                                const std::vector<std::string> &disabledPasses) {
  std::vector<EntryReport> entries;
  for (const Explanation::Entry &entry : explanation.entries)
    entries.push_back(report(entry, entry.name == "predict" ? layers : std::vector<ModelLayer>(), disabledPasses));
  return entries;
}

} // namespace tenon::tools
