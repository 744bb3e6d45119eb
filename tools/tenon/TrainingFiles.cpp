// SPDX-License-Identifier: Apache-2.0
#include "tools/tenon/TrainingFiles.h"
#include "frontend/graph/ModelNode.h"
#include "runtime/File.h"
#include "tools/tenon/Input.h"
#include <algorithm>
#include <tenon/npy.h>

namespace tenon::tools {
namespace {

std::string listed(const std::map<std::string, Array> &arrays) {
  std::string text;
  for (const auto &[name, array] : arrays)
    text += (text.empty() ? "" : ", ") + name + " " + toString(array.shape());
  return text.empty() ? "nothing" : text;
}

class Archive {
public:
  explicit Archive(const std::string &path) : path(path), arrays(npy::loadNpz(path)) {}

  /// The arrays of these names, `single` also being the name of the only one; none when all are missing and they may.
  Feed take(const std::vector<std::string> &names, const char *single, bool mayMiss) {
    std::map<std::string, Array> found;
    std::string missing;
    for (const std::string &name : names)
      if (auto it = arrays.find(name); it != arrays.end())
        found.insert(*it);
      else if (it = arrays.find(single); it != arrays.end() && names.size() == 1)
        found.emplace(name, it->second);
      else
        missing += (missing.empty() ? "'" : ", '") + name + "'";
    if (missing.empty())
      return Feed(found);
    if (mayMiss && found.empty())
      return {};
    throw Error(path + ": holds no array " + missing + (names.size() == 1 ? std::string(" or '") + single + "'" : "") +
                "; it holds " + listed(arrays));
  }

private:
  const std::string &path;
  std::map<std::string, Array> arrays;
};

} // namespace

Dataset readSamples(const std::string &option, const std::string &path, const Model &model, bool withTargets) {
  if (!hasEnding(path, ".npz"))
    throw Error(option + ": expected a .npz file with the samples, got '" + path + "'", Fault::Usage);
  Archive archive(path);
  Feed x = archive.take(model.model().inputNames(), "x", false);
  if (!withTargets)
    return Dataset(x);
  Feed y = archive.take(model.model().outputNames(), "y", false);
  const Feed weight = archive.take({"sample_weight"}, "sample_weight", true);
  return Dataset(x, y, weight.empty() ? Feed() : Feed(weight[0]));
}

void checkModelName(const std::string &path) {
  if (!isWeightsName(path) && !hasEnding(path, ".tenon") && !hasEnding(path, ".keras") && !hasEnding(path, ".h5"))
    throw Error("-o: expected a name that ends in .tenon, .keras, .h5, .weights.h5 or .npz, got '" + path + "'",
                Fault::Usage);
  FileWriter probe(path); // gone again when it is not closed
}

void writeModel(const Model &model, const std::string &path) {
  if (isWeightsName(path))
    model.saveWeights(path);
  else
    model.save(path);
}

} // namespace tenon::tools
