// SPDX-License-Identifier: Apache-2.0
#include <tenon/pruners.h>

namespace tenon {

const std::vector<std::string> &prunerNames() {
  static const std::vector<std::string> names{"none", "median", "halving", "hyperband"};
  return names;
}

std::shared_ptr<Pruner> makePruner(const std::string &name) {
  if (name == "none")
    return nullptr;
  if (name == "median")
    return std::make_shared<MedianPruner>();
  if (name == "halving")
    return std::make_shared<SuccessiveHalvingPruner>();
  if (name == "hyperband")
    return std::make_shared<HyperbandPruner>();
  std::string known;
  for (const std::string &one : prunerNames())
    known += (known.empty() ? "'" : ", '") + one + "'";
  throw Error("expected a pruner of " + known + ", received '" + name + "'", Fault::Usage);
}

} // namespace tenon
