// SPDX-License-Identifier: Apache-2.0
#include "tools/tenon/Explain.h"
#include <nlohmann/json.hpp>

namespace tenon::tools {
using codegen::Explanation;
using Json = nlohmann::ordered_json;

static const char *nameOf(LayerReport::Fate fate) {
  switch (fate) {
  case LayerReport::Kernel:
    return "kernel";
  case LayerReport::Joined:
    return "joined";
  case LayerReport::Folded:
    return "folded";
  case LayerReport::View:
    return "view";
  case LayerReport::InPlace:
    return "in place";
  case LayerReport::Input:
    return "input";
  case LayerReport::Idle:
    return "idle";
  case LayerReport::Gone:
    return "gone";
  }
  return "";
}

std::string asJson(const std::vector<EntryReport> &entries) {
  Json all = Json::array();
  for (const EntryReport &report : entries) {
    const Explanation::Entry &entry = report.entry;
    Json one = {{"name", entry.name}, {"stages", entry.stages}, {"predicted_us", report.seconds * 1e6}};
    for (const char *list : {"kernels", "loops", "layers", "passes"})
      one[list] = Json::array();
    for (const Explanation::Kernel &kernel : entry.kernels)
      one["kernels"].push_back({{"stage", kernel.stage},
                                {"kernel", kernel.symbol},
                                {"schedule", kernel.schedule},
                                {"layers", kernel.layers},
                                {"tasks", kernel.tasks},
                                {"predicted_us", kernel.seconds * 1e6}});
    for (const Explanation::Loop &loop : entry.loops)
      one["loops"].push_back({{"stage", loop.stage},
                              {"steps", loop.steps},
                              {"reverse", loop.reverse},
                              {"layers", loop.layers},
                              {"tasks", loop.tasks}});
    for (const LayerReport &layer : report.layers) {
      Json remarks = Json::array();
      for (const Explanation::Remark &remark : layer.remarks)
        remarks.push_back({{"pass", remark.pass}, {"applied", remark.applied}, {"text", remark.text}});
      one["layers"].push_back({{"name", layer.name},
                               {"fate", nameOf(layer.fate)},
                               {"kernels", layer.kernels},
                               {"guest_of", layer.guestOf},
                               {"loops", layer.loops},
                               {"remarks", remarks}});
    }
    for (const PassReport &pass : report.passes)
      one["passes"].push_back(
          {{"name", pass.name}, {"enabled", pass.enabled}, {"applied", pass.applied}, {"missed", pass.missed}});
    all.push_back(std::move(one));
  }
  return Json{{"entries", all}}.dump(1) + "\n";
}

} // namespace tenon::tools
