// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/WeightFile.h"
#include "frontend/files/Keras.h"
#include "frontend/files/KerasWeights.h"
#include "frontend/files/LegacyWeights.h"
#include "frontend/files/Zip.h"
#include "runtime/File.h"

namespace tenon::files {
namespace {

struct Plan {
  std::vector<WeightTarget> weights;
  std::vector<std::string> optimizer; // paths
};

Plan planOf(const Hdf5File &file, const graph::ModelNode &model,
            const std::vector<graph::OptimizerVariable> &variables) {
  if (auto root = legacyRoot(file))
    return {planLegacyWeights(model, file, *root), legacyOptimizerPaths(file, variables)};
  if (file.members("/").empty())
    throw Error("holds nothing");
  return {planWeights(model, file, /*sameNames=*/false), optimizerPaths(file)};
}

} // namespace

std::vector<StoredVariable> readWeightFile(const std::string &path, const graph::ModelNode &model,
                                           const std::vector<graph::OptimizerVariable> &variables) {
  model.network(); // an Error when it has no weights yet
  FileKind kind = kindOf(path);
  return withPath(path, [&] {
    Bytes inside;
    MappedFile outside;
    const std::string entry = "model.weights.h5";
    if (kind == FileKind::Zip)
      inside = ZipFile(path).read(entry);
    else
      outside = mapFile(path);
    Hdf5File file(kind == FileKind::Zip ? inside.view() : outside.bytes(),
                  kind == FileKind::Zip ? "its " + entry : path);
    const Plan plan = planOf(file, model, variables);
    std::vector<StoredVariable> state;
    if (!variables.empty() && plan.optimizer.size() > 2) {
      if (std::string fault = faultOf(file, plan.optimizer, variables); fault.empty())
        state = readOptimizer(file, plan.optimizer, variables);
      else
        graph::warn(path + ": the optimizer's state is not read, it stays as it is: " + fault);
    }
    replaceWeights(plan.weights, file);
    return state;
  });
}

} // namespace tenon::files
