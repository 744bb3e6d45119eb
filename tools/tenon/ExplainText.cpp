// SPDX-License-Identifier: Apache-2.0
#include "tools/tenon/Explain.h"
#include <algorithm>
#include <map>

namespace tenon::tools {
namespace {
using codegen::Explanation;

std::string printed(const char *format, auto... values) {
  char text[64];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}
std::string time(double seconds) {
  return seconds < 1e-3 ? printed("%.1f us", seconds * 1e6) : printed("%.2f ms", seconds * 1e3);
}
std::string counted(size_t count, const std::string &what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// Lines of cells; a column is as wide as its widest cell, numbers stand at its right.
class Table {
public:
  explicit Table(std::vector<bool> isNumber) : isNumber(std::move(isNumber)) {}
  void add(std::vector<std::string> cells) { lines.push_back(std::move(cells)); }
  /// A line below, beside the first column.
  void remark(std::string text) { lines.push_back({"", std::move(text)}); }
  std::string text() const {
    std::vector<size_t> widths(isNumber.size(), 0);
    for (const auto &cells : lines)
      for (size_t i = 0; i < cells.size(); ++i)
        if (i == 0 || cells.size() > 2) // what stands alone beside the name may be longer
          widths[i] = std::max(widths[i], cells[i].size());
    std::string text;
    for (const auto &cells : lines) {
      std::string line = " ";
      for (size_t i = 0; i < cells.size(); ++i) {
        std::string space(widths[i] - std::min(widths[i], cells[i].size()), ' ');
        line += " " + (isNumber[i] ? space + cells[i] : cells[i] + space) + " ";
      }
      text += line.erase(line.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
  }

private:
  std::vector<bool> isNumber;
  std::vector<std::vector<std::string>> lines;
};

std::string hostsOf(const LayerReport &layer, const Explanation::Entry &entry) {
  std::vector<std::string> names;
  for (size_t kernel : layer.guestOf)
    if (const std::string &host = entry.kernels[kernel].layers.front();
        std::find(names.begin(), names.end(), host) == names.end())
      names.push_back(host);
  constexpr size_t shown = 3;
  std::string text;
  for (size_t i = 0; i < std::min(shown, names.size()); ++i)
    text += (i ? ", " : "") + names[i];
  return names.size() > shown ? text + " and " + std::to_string(names.size() - shown) + " more" : text;
}

std::string wordsFor(const LayerReport &layer, const Explanation::Entry &entry) {
  switch (layer.fate) {
  case LayerReport::Kernel:
    return "";
  case LayerReport::Joined:
    return "in the kernel of " + hostsOf(layer, entry);
  case LayerReport::Folded:
    return "folded away";
  case LayerReport::View:
    return "free: a view of its input";
  case LayerReport::InPlace:
    return "free: its inputs are written into it";
  case LayerReport::Input:
    return "input";
  case LayerReport::Idle:
    return "does nothing here";
  case LayerReport::Gone:
    return "no kernel: simplified away, or computed from weights before the call";
  }
  return "";
}

std::string layerTable(const EntryReport &report) {
  const Explanation::Entry &entry = report.entry;
  Table table({false, false, false, true, true, true, false});
  table.add({"layer", "kernel", "schedule", "stage", "predicted", "share", "tasks"});
  for (const LayerReport &layer : report.layers) {
    std::string name = layer.name;
    for (size_t at : layer.loops) {
      const Explanation::Loop &loop = entry.loops[at];
      table.add({std::exchange(name, ""), "loop over " + loop.steps + (loop.reverse ? " steps backwards" : " steps"),
                 "", loop.stage, "", "", loop.tasks});
    }
    for (size_t at : layer.kernels) {
      const Explanation::Kernel &kernel = entry.kernels[at];
      table.add({std::exchange(name, ""), kernel.symbol, kernel.schedule, kernel.stage, time(kernel.seconds),
                 printed("%.1f %%", report.seconds > 0 ? kernel.seconds / report.seconds * 100 : 0.0), kernel.tasks});
    }
    if (layer.fate != LayerReport::Kernel)
      table.add({std::exchange(name, ""), wordsFor(layer, entry)});
    else if (!layer.guestOf.empty())
      table.remark("and in the kernel of " + hostsOf(layer, entry));
    for (const Explanation::Remark &remark : layer.remarks)
      table.remark((remark.applied ? "+ " : "- ") + remark.pass + ": " + remark.text);
  }
  return table.text();
}

std::string sums(const EntryReport &report) {
  struct Family {
    size_t count = 0;
    double seconds = 0;
  };
  std::map<std::string, Family> families; // "contract_0a1b" is one of the family "contract"
  for (const Explanation::Kernel &kernel : report.entry.kernels) {
    Family &family = families[kernel.symbol.substr(0, kernel.symbol.rfind('_'))];
    ++family.count;
    family.seconds += kernel.seconds;
  }
  Table kinds({false, true, true, true}), passes({false, false});
  for (const auto &[name, family] : families)
    kinds.add({name, counted(family.count, "kernel"), time(family.seconds),
               printed("%.1f %%", report.seconds > 0 ? family.seconds / report.seconds * 100 : 0.0)});
  for (const PassReport &pass : report.passes) {
    std::string did = pass.applied + pass.missed == 0
                          ? "found nothing to do"
                          : counted(pass.applied, "time") + " done, " + std::to_string(pass.missed) + " not done";
    passes.add({pass.name, pass.enabled ? did : "left out"});
  }
  return kinds.text() + passes.text();
}
} // namespace

std::string asText(const std::vector<EntryReport> &entries) {
  std::string text;
  for (const EntryReport &report : entries) {
    const Explanation::Entry &entry = report.entry;
    text += (text.empty() ? "" : "\n") + entry.name + ": " + counted(entry.kernels.size(), "kernel") + " in " +
            counted(entry.stages, "stage") + ", " + time(report.seconds) + " predicted (batch 1, one core" +
            (entry.loops.empty() ? ")\n" : ", one step of each loop)\n");
    text += layerTable(report) + sums(report);
  }
  return text;
}

} // namespace tenon::tools
