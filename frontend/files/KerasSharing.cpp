// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/KerasSharing.h"
#include "frontend/files/JsonText.h"
#include "frontend/graph/ModelNode.h"
#include "frontend/graph/Sharing.h"
#include <algorithm>
#include <map>
#include <set>

namespace tenon::files {
namespace {

using graph::Json;

/// A layer's own arrays, or those of a part of it (an LSTM's cell). No deeper: a file's groups may lead in circles.
bool holdsOwnArrays(const Hdf5File &file, const std::string &group) {
  if (!file.members(group + "/vars").empty())
    return true;
  const std::vector<std::string> members = file.members(group);
  return std::any_of(members.begin(), members.end(),
                     [&](const std::string &member) { return !file.members(group + "/" + member + "/vars").empty(); });
}

/// Equal but for ids, which first entries and their parts may lack.
bool same(const Json &a, const Json &b) {
  if (a.is_array() && b.is_array())
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
  if (!a.is_object() || !b.is_object())
    return a == b;
  auto within = [](const Json &part, const Json &whole, auto &&holds) {
    for (const auto &[key, value] : part.items())
      if (key != graph::sharedId && !(whole.contains(key) && holds(value, whole[key])))
        return false;
    return true;
  };
  return within(a, b, same) && within(b, a, [](const Json &, const Json &) { return true; });
}

/// The entries of all layers in Keras's order, a model's own before it.
struct Entries {
  struct Entry {
    Json *json;
    std::string group; // of its weights
    size_t first;      // its layers begin here; itself when it is none of the models
  };
  std::vector<Entry> list;

  bool holdsArrays(const Hdf5File &file, size_t i) const {
    for (size_t k = list[i].first; k <= i; ++k)
      if (list[k].first == k && holdsOwnArrays(file, list[k].group))
        return true;
    return false;
  }

  void collect(Json &model, const std::string &path) {
    if (!model["config"].contains("layers") || !model["config"]["layers"].is_array())
      return;
    std::map<std::string, int> used;
    for (Json &json : model["config"]["layers"]) {
      if (!json.is_object() || !json.contains("config") || !json["config"].is_object() || graph::isOperation(json))
        continue; // not numbered, or said to be wrong by who reads the model
      const std::string className = textOf(json, "class_name"), base = graph::snakeCase(className);
      const int n = used[base]++;
      const std::string group = path + "layers/" + base + (n ? "_" + std::to_string(n) : "");
      const size_t first = list.size();
      collect(json, group + "/");
      list.push_back({&json, group, first});
    }
  }
};

} // namespace

void completeIds(Json &model, const Hdf5File &weights) {
  if (!model.contains("config") || !model["config"].is_object())
    return;
  Entries entries;
  entries.collect(model, "");
  std::set<std::string> met;
  std::map<Json *, Json> found; // ids, written at the end: the pointers hold only until then
  // Those without an id so far, by class and name: what a repeat may be one with.
  std::map<std::pair<std::string, std::string>, std::vector<size_t>> candidates;
  auto keyOf = [](const Json &json) { return std::pair(textOf(json, "class_name"), textOf(json["config"], "name")); };
  for (size_t i = 0; i < entries.list.size(); ++i) {
    Json *json = entries.list[i].json;
    if (!json->contains(graph::sharedId)) {
      candidates[keyOf(*json)].push_back(i);
      continue;
    }
    if (!met.insert((*json)[graph::sharedId].dump()).second ||
        entries.holdsArrays(weights, i))
      continue;
    const std::string name = textOf((*json)["config"], "name");
    Json *first = nullptr;
    for (size_t k : candidates[keyOf(*json)]) {
      Json *other = entries.list[k].json;
      if (!same((*other)["config"], (*json)["config"]))
        continue;
      const bool hasWeights = entries.holdsArrays(weights, k);
      if (first && hasWeights)
        throw Error(name +
                    ": is one with a layer of the same name and options in another model, but there are several, "
                    "and the file does not say which");
      if (!first || hasWeights)
        first = other;
    }
    if (first)
      found.emplace(first, (*json)[graph::sharedId]);
  }
  // The innermost first, as the list has them: a new key moves what its entry holds.
  for (const Entries::Entry &entry : entries.list)
    if (auto id = found.find(entry.json); id != found.end())
      (*entry.json)[graph::sharedId] = id->second;
}

} // namespace tenon::files
