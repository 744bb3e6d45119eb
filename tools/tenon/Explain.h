// SPDX-License-Identifier: Apache-2.0
// What `tenon compile --explain` says: what became of every layer. Text and JSON are two spellings of one report.
#pragma once
#include "codegen/Explanation.h"
#include "tools/tenon/Input.h"

namespace tenon::tools {

/// A layer as the model names it and what it asks for when predicting, before anything is compiled.
struct ModelLayer {
  enum Work { Input, Nothing, Views, Joins, Computes };
  std::string name;
  Work work;
};
/// Every layer of the model in the summary's order, those of inner models by path; of a module those that have ops.
std::vector<ModelLayer> layersOf(const Input &input);

struct LayerReport {
  enum Fate { Kernel, Joined, Folded, View, InPlace, Input, Idle, Gone };
  std::string name;
  Fate fate = Gone;
  std::vector<size_t> kernels, guestOf; // of the entry: named after this layer, named after others but with its ops
  std::vector<size_t> loops;
  std::vector<codegen::Explanation::Remark> remarks;
};
/// What a pass says it did to the entry's layers, and where it had a reason not to.
struct PassReport {
  std::string name;
  bool enabled;
  size_t applied, missed;
};
struct EntryReport {
  codegen::Explanation::Entry entry;
  double seconds; // of all kernels, see Explanation::Kernel
  std::vector<LayerReport> layers;
  std::vector<PassReport> passes;
};
/// `layers` belong to predict; of other entries the layers that have kernels are told.
std::vector<EntryReport> report(const codegen::Explanation &explanation, const std::vector<ModelLayer> &layers,
                                const std::vector<std::string> &disabledPasses);

/// A table for each entry: a line per kernel and layer, remarks below ("+" done, "-" not done and why), sums at the
/// end.
std::string asText(const std::vector<EntryReport> &entries);
/// {"entries": [{"name", "stages", "predicted_us",
///               "kernels": [{"stage", "kernel", "schedule", "layers", "tasks", "predicted_us"}],
///               "loops": [{"stage", "steps", "reverse", "layers", "tasks"}],
///               "layers": [{"name", "fate", "kernels": [indices], "guest_of": [indices], "loops": [indices],
///                           "remarks": [{"pass", "applied", "text"}]}],
///               "passes": [{"name", "enabled", "applied", "missed"}]}]}
std::string asJson(const std::vector<EntryReport> &entries);

} // namespace tenon::tools
