// SPDX-License-Identifier: Apache-2.0
#include <tenon/samplers.h>

namespace tenon {

const std::vector<std::string> &samplerNames() {
  static const std::vector<std::string> names{"random", "grid"};
  return names;
}

std::shared_ptr<Sampler> makeSampler(const std::string &name) {
  if (name == "random")
    return std::make_shared<RandomSampler>();
  if (name == "grid")
    return std::make_shared<GridSampler>();
  std::string known;
  for (const std::string &one : samplerNames())
    known += (known.empty() ? "'" : ", '") + one + "'";
  throw Error("expected a sampler of " + known + ", received '" + name + "'", Fault::Usage);
}

} // namespace tenon
