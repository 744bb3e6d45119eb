// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/CompileConfig.h"
#include "frontend/graph/metrics/Function.h"
#include <algorithm>
#include <tenon/error.h>

namespace tenon::files {

using Json = nlohmann::ordered_json;

static Json toJson(const std::vector<std::vector<Metric>> &lists) {
  Json metrics = Json::array();
  for (const auto &list : lists) {
    Json entries = Json::array();
    for (const Metric &metric : list)
      entries.push_back(Json::parse(metric.toJson()));
    metrics.push_back(entries);
  }
  // Keras writes the value itself where there is one output.
  return metrics.size() == 1 ? metrics[0] : metrics;
}

Json toJson(const CompileConfig &config) {
  Json losses = Json::array();
  for (const Loss &loss : config.losses)
    losses.push_back(Json::parse(loss.toJson()));
  bool single = config.losses.size() == 1;
  bool weighted = std::any_of(config.weightedMetrics.begin(), config.weightedMetrics.end(),
                              [](const auto &list) { return !list.empty(); });
  return {{"optimizer", Json::parse(config.optimizer.toJson())},
          {"loss", single ? losses[0] : losses},
          {"loss_weights", single ? Json(nullptr) : Json(config.lossWeights)},
          {"metrics", toJson(config.metrics)},
          {"weighted_metrics", weighted ? toJson(config.weightedMetrics) : Json(nullptr)},
          {"run_eagerly", false},
          {"steps_per_execution", config.stepsPerExecution},
          {"jit_compile", "auto"}};
}

namespace {

class Reader {
public:
  Reader(const Json &json, const std::vector<std::string> &outputs, std::vector<std::string> &problems)
      : json(json), outputs(outputs), problems(problems) {}

  std::optional<CompileConfig> read() {
    size_t before = problems.size();
    std::optional<Optimizer> optimizer;
    std::vector<Loss> losses;
    std::vector<double> weights;
    if (const Json &value = member("optimizer"); value.is_null())
      problem("no optimizer");
    else
      attempt([&] { optimizer = Optimizer::fromJson(value.dump()); });
    const Json &loss = member("loss");
    if (loss.is_null())
      problem("no loss");
    std::vector<Json> entries = perOutput(loss, "loss");
    for (size_t i = 0; i < entries.size() && !loss.is_null(); ++i)
      if (entries[i].is_null())
        problem("no loss for the output '" + outputs[i] + "', every output needs one");
      else
        attempt([&] { losses.push_back(Loss::fromJson(entries[i].dump())); });
    for (const Json &weight : perOutput(member("loss_weights"), "loss_weights"))
      if (weight.is_null())
        weights.push_back(1);
      else if (weight.is_number())
        weights.push_back(weight.get<double>());
      else
        problem("loss_weights holds " + weight.dump() + ", expected a number");
    auto metrics = metricLists("metrics"), weighted = metricLists("weighted_metrics");
    const Json &steps = member("steps_per_execution");
    if (!steps.is_null() && !steps.is_number_integer())
      problem("steps_per_execution does not take " + steps.dump());
    if (problems.size() > before)
      return std::nullopt;
    return CompileConfig{*optimizer, losses, weights, metrics, weighted, steps.is_null() ? 1 : steps.get<int>()};
  }

private:
  const Json &member(const char *key) const {
    static const Json none;
    return json.contains(key) ? json[key] : none;
  }
  void problem(const std::string &text) { problems.push_back("compile_config: " + text); }
  template <typename Body> void attempt(Body &&body) {
    try {
      body();
    } catch (const Error &error) {
      problem(error.what());
    }
  }
  /// A list with one entry per output from Keras's value, list or object by output name; null where an entry is
  /// missing.
  std::vector<Json> perOutput(const Json &value, const std::string &what) {
    if (value.is_array()) {
      if (value.size() == outputs.size())
        return std::vector<Json>(value.begin(), value.end());
      problem(what + " has " + std::to_string(value.size()) + " entries, expected " + std::to_string(outputs.size()));
      return {};
    }
    bool named = value.is_object() && !value.contains("class_name");
    std::vector<Json> result;
    for (const std::string &output : outputs)
      result.push_back(!named ? value : value.contains(output) ? value[output] : Json());
    if (named)
      for (const auto &[output, entry] : value.items())
        if (std::find(outputs.begin(), outputs.end(), output) == outputs.end())
          problem(what + " names the output '" + output + "', which the model does not have");
    return result;
  }
  std::vector<std::vector<Metric>> metricLists(const char *key) {
    const Json &given = member(key);
    if (outputs.size() == 1 && given.is_array())
      return {metricList(given)};
    std::vector<std::vector<Metric>> lists;
    for (const Json &entry : perOutput(given, key))
      lists.push_back(metricList(entry));
    return lists;
  }
  std::vector<Metric> metricList(const Json &value) {
    std::vector<Metric> metrics;
    if (value.is_array())
      for (const Json &entry : value)
        for (const Metric &metric : metricList(entry))
          metrics.push_back(metric);
    else if (value.is_object() && !value.contains("class_name")) // by output name, of a model with one
      for (const Json &entry : perOutput(value, "metrics"))
        return metricList(entry);
    else if (!value.is_null())
      attempt([&] {
        Metric metric = Metric::fromJson(value.dump());
        if (!metric.function() && !isMetricName(metric.name()))
          throw Error("the metric '" + metric.name() + "' is not supported");
        metrics.push_back(std::move(metric));
      });
    return metrics;
  }

  const Json &json;
  const std::vector<std::string> &outputs;
  std::vector<std::string> &problems;
};

} // namespace

std::optional<CompileConfig> compileConfigFromJson(const Json &json, const std::vector<std::string> &outputs,
                                                   std::vector<std::string> &problems) {
  return Reader(json, outputs, problems).read();
}

} // namespace tenon::files
