// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Sharing.h"
#include "frontend/graph/Registry.h"
#include <algorithm>
#include <set>

namespace tenon::graph {
namespace {

const ModelNode *asModel(const LayerNode &layer) { return dynamic_cast<const ModelNode *>(&layer); }

bool hasWeights(const LayerNode &layer) {
  std::vector<NamedWeight> weights;
  layer.collectWeights("", weights);
  return !weights.empty();
}

/// One place of a layer, in the order in which Keras is done with them: a model after its layers.
struct Place {
  const LayerNode *layer;
  size_t model; // the number of the one around it
  int id = 0;   // none
};

class Places {
public:
  Places(const ModelNode &model, SharedIds ids) : way(ids) {
    visit(model);
    if (way == SharedIds::AsKeras)
      tellApart();
  }
  std::vector<Place> list;

private:
  void visit(const ModelNode &model) {
    const size_t number = models++;
    open.insert(number);
    for (const auto &layer : model.written()) {
      if (const ModelNode *inner = asModel(*layer))
        visit(*inner);
      add({layer.get(), number});
    }
    open.erase(number);
  }
  void add(Place place) {
    auto [first, isNew] = firsts.try_emplace(place.layer, list.size());
    if (!isNew) {
      place.id = ids.try_emplace(place.layer, static_cast<int>(ids.size()) + 1).first->second;
      if (Place &other = list[first->second]; way == SharedIds::All || open.contains(other.model))
        other.id = place.id;
    }
    list.push_back(place);
  }
  /// Gives an id also where Keras has lost it, if what stands there could be one of several layers: Keras does not load
  /// the file either way.
  void tellApart() {
    auto looksLike = [](const LayerNode &a, const LayerNode &b) {
      return &a != &b && a.name() == b.name() && a.className() == b.className() && a.config() == b.config();
    };
    for (const auto &[layer, id] : ids)
      if (Place &first = list[firsts.at(layer)]; !first.id && hasWeights(*layer))
        for (const auto &[other, place] : firsts)
          if (!list[place].id && looksLike(*layer, *other)) {
            first.id = id;
            break;
          }
  }

  SharedIds way;
  size_t models = 0;
  std::set<size_t> open;
  std::map<const LayerNode *, size_t> firsts;
  std::map<const LayerNode *, int> ids;
};

/// Visits the entries as Places numbered them.
void mark(Json &json, const ModelNode &model, const std::vector<Place> &places, size_t &next) {
  Json &entries = json["config"]["layers"];
  size_t i = 0;
  for (const auto &layer : model.written()) {
    Json &entry = entries[i++];
    if (const ModelNode *inner = asModel(*layer))
      mark(entry, *inner, places, next);
    if (int id = places[next++].id)
      entry[sharedId] = id;
  }
}

/// Keras 3.15's way through its own config: which entries become layers, and where that ends in an error.
class KerasReading {
public:
  explicit KerasReading(const ModelNode &model) : places(Places(model, SharedIds::AsKeras).list) { visit(model); }
  std::vector<std::string> refused;

private:
  struct Made {
    std::set<size_t> models; // around it
    bool inFunctional = false;
  };

  void visit(const ModelNode &model) {
    const size_t number = models++;
    for (const auto &layer : model.written()) {
      const size_t before = next;
      const ModelNode *inner = asModel(*layer);
      if (inner)
        skip(*inner);
      const Place place = places[next++];
      Made *known = place.id && byId.contains(place.id) ? &byId.at(place.id) : nullptr;
      if (!known && inner) {
        const size_t end = next;
        next = before;
        visit(*inner);
        next = end;
      }
      // Weights lie where the layer stands first: a copy finds none.
      if (!known && !layer->weights().empty() && !withWeights.insert(layer.get()).second)
        refuse(*layer);
      Made local;
      Made &made = known ? *known : place.id ? byId[place.id] : local;
      made.models.insert(number);
      made.inFunctional |= !model.isSequential();
      // A functional model refers to calls by number, but those of other models have been counted before. An Input has
      // one.
      if (made.models.size() > 1 && made.inFunctional && layer->className() != "InputLayer")
        refuse(*layer);
    }
  }
  void skip(const ModelNode &model) {
    for (const auto &layer : model.written()) {
      if (const ModelNode *inner = asModel(*layer))
        skip(*inner);
      ++next;
    }
  }
  void refuse(const LayerNode &layer) {
    if (std::find(refused.begin(), refused.end(), layer.name()) == refused.end())
      refused.push_back(layer.name());
  }

  const std::vector<Place> places;
  size_t next = 0, models = 0;
  std::map<int, Made> byId;
  std::set<const LayerNode *> withWeights;
};

} // namespace

void markShared(Json &json, const ModelNode &model, SharedIds ids) {
  const std::vector<Place> places = Places(model, ids).list;
  size_t next = 0;
  mark(json, model, places, next);
}

namespace {

void collectOwners(const ModelNode &model, std::set<const ModelNode *> &seen,
                   std::vector<std::pair<const LayerNode *, std::vector<std::string>>> &owners) {
  if (!seen.insert(&model).second)
    return;
  for (const auto &layer : model.layers()) {
    auto found =
        std::find_if(owners.begin(), owners.end(), [&](const auto &entry) { return entry.first == layer.get(); });
    if (found == owners.end())
      found = owners.insert(owners.end(), {layer.get(), {}});
    found->second.push_back(model.name());
    if (const ModelNode *inner = asModel(*layer))
      collectOwners(*inner, seen, owners);
  }
}
} // namespace

std::vector<std::string> sharedLayers(const ModelNode &model) {
  std::set<const ModelNode *> seen;
  std::vector<std::pair<const LayerNode *, std::vector<std::string>>> owners;
  collectOwners(model, seen, owners);
  std::vector<std::string> shared;
  for (const auto &[layer, names] : owners) {
    if (names.size() < 2 || !hasWeights(*layer))
      continue;
    shared.push_back(layer->name() + " (in " + joined(names) + ")");
  }
  return shared;
}

std::vector<std::string> refusedByKeras(const ModelNode &model) { return KerasReading(model).refused; }

std::shared_ptr<LayerNode> SharedLayers::find(const Json &entry) const {
  auto id = entry.find(sharedId);
  auto found = id == entry.end() ? byId.end() : byId.find(id->dump());
  return found == byId.end() ? nullptr : found->second;
}

void SharedLayers::record(const Json &entry, const std::shared_ptr<LayerNode> &layer) {
  if (auto id = entry.find(sharedId); id != entry.end())
    byId.emplace(id->dump(), layer);
}

} // namespace tenon::graph
