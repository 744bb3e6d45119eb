// SPDX-License-Identifier: Apache-2.0
// Precision and recall: true positives among what is predicted, or among what is there.
#include "frontend/graph/metrics/Function.h"

namespace tenon {

template <typename Visitor> void visit(PrecisionOptions &o, Visitor &f) {
  f("name", o.name);
  f("thresholds", o.threshold);
}
template <typename Visitor> void visit(RecallOptions &o, Visitor &f) {
  f("name", o.name);
  f("thresholds", o.threshold);
}

namespace {

/// Counts hits and one kind of misses; both kinds of targets are 0 or 1.
template <typename Options> class Function : public MetricFunction {
public:
  Function(const char *name, const char *misses, Options options) : name(name), misses(misses), o(std::move(options)) {}
  std::string className() const override { return name; }
  std::vector<State> state() const override { return {{"true_positives"}, {misses}}; }
  std::vector<Expression> update(const std::vector<Expression> &state, Expression target, Expression prediction,
                                 std::optional<Expression> weight) const override {
    Expression there = greater(target.to(prediction.type().getElementType()), 0.0);
    Expression said = greater(prediction, o.threshold);
    // A missed one is said but not there (precision) or there but not said (recall).
    Expression hit = said * there, missed = misses == std::string("false_positives") ? said - hit : there - hit;
    auto total = [&](Expression x) {
      if (!weight)
        return sum(x);
      return sum(sum(x, llvm::to_vector(llvm::seq<int64_t>(1, x.rank()))) * *weight);
    };
    return {state[0] + total(hit), state[1] + total(missed)};
  }
  Expression result(const std::vector<Expression> &state) const override {
    return ratio(state[0], state[0] + state[1]);
  }
  nlohmann::ordered_json config() const override { return metricConfig(o); }

private:
  const char *name, *misses;
  Options o;
};

std::shared_ptr<const MetricFunction> precision(const PrecisionOptions &options) {
  return std::make_shared<Function<PrecisionOptions>>("Precision", "false_positives", options);
}
std::shared_ptr<const MetricFunction> recall(const RecallOptions &options) {
  return std::make_shared<Function<RecallOptions>>("Recall", "false_negatives", options);
}

} // namespace

std::shared_ptr<const MetricFunction> precisionFromConfig(const nlohmann::json &config) {
  return precision(metricOptions<PrecisionOptions>(config, "Precision"));
}
std::shared_ptr<const MetricFunction> recallFromConfig(const nlohmann::json &config) {
  return recall(metricOptions<RecallOptions>(config, "Recall"));
}
Precision::Precision(const PrecisionOptions &options) : Metric(options.name, precision(options)) {}
Recall::Recall(const RecallOptions &options) : Metric(options.name, recall(options)) {}

} // namespace tenon
