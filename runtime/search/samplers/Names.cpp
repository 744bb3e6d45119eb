// SPDX-License-Identifier: Apache-2.0
#include <tenon/samplers.h>

#include <functional>

namespace tenon {
namespace {
struct Row {
  const char *name;
  std::function<std::shared_ptr<Sampler>()> make;
};
template <typename S> std::shared_ptr<Sampler> make() { return std::make_shared<S>(); }
const Row rows[] = {{"random", make<RandomSampler>},   {"grid", make<GridSampler>},
                    {"tpe", make<TpeSampler>},         {"gp", make<GaussianProcessSampler>},
                    {"genetic", make<GeneticSampler>}, {"cmaes", make<CmaEsSampler>}};
} // namespace

const std::vector<std::string> &samplerNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> names;
    for (const Row &row : rows)
      names.push_back(row.name);
    return names;
  }();
  return names;
}

std::shared_ptr<Sampler> makeSampler(const std::string &name) {
  std::string known;
  for (const Row &row : rows) {
    if (name == row.name)
      return row.make();
    known += (known.empty() ? "'" : ", '") + std::string(row.name) + "'";
  }
  throw Error("expected a sampler of " + known + ", received '" + name + "'", Fault::Usage);
}

} // namespace tenon
