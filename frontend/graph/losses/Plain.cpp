// SPDX-License-Identifier: Apache-2.0
// Losses without options: a formula and a name.
#include "frontend/graph/losses/Function.h"

namespace tenon {

template <typename Visitor> void visit(PlainLossOptions &o, Visitor &f) { f("name", o.name); }

namespace {

class Function : public LossFunction {
public:
  Function(std::string className, PlainLossOptions options, LossFormula formula)
      : name(std::move(className)), o(std::move(options)), formula(formula) {}
  std::string className() const override { return name; }
  Expression values(Expression y, Expression p) const override { return formula(y, p); }
  nlohmann::ordered_json config() const override { return lossConfig(o); }

private:
  std::string name;
  PlainLossOptions o;
  LossFormula formula;
};

} // namespace

LossRow plainLoss(const char *className, std::vector<std::string> aliases, LossFormula formula) {
  std::string defaultName = aliases[0];
  return {className, std::move(aliases), [=](const nlohmann::json &config) -> std::shared_ptr<const LossFunction> {
            auto options = lossOptions<PlainLossOptions>(config, className);
            if (options.name.empty())
              options.name = defaultName;
            return std::make_shared<Function>(className, options, formula);
          }};
}

std::shared_ptr<const LossFunction> makePlainLoss(const char *className, const PlainLossOptions &options) {
  return findLoss(className)->fromConfig({{"name", options.name}});
}

} // namespace tenon
