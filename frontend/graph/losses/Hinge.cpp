// SPDX-License-Identifier: Apache-2.0
// Margins: targets are -1 and 1.
#include "frontend/graph/losses/Function.h"

namespace tenon {
namespace {

// Targets that are all 0 or 1 mean -1 and 1; a batch with any other value is taken as it is.
Expression signs(Expression y) {
  Expression binary = equal(sum(abs(y * (y - 1.0))), y.constant(0));
  return y + binary * (y - 1.0);
}
Expression margin(Expression y, Expression p) { return relu(1.0 - signs(y) * p); }
Expression hinge(Expression y, Expression p) { return mean(margin(y, p), {p.rank() - 1}); }
Expression squaredHinge(Expression y, Expression p) {
  Expression m = margin(y, p);
  return mean(m * m, {p.rank() - 1});
}
Expression categoricalHinge(Expression y, Expression p) {
  int64_t last = p.rank() - 1;
  return relu(max((1.0 - y) * p, {last}) - sum(y * p, {last}) + 1.0);
}

} // namespace

std::vector<LossRow> hingeLosses() {
  return {
      plainLoss("CategoricalHinge", {"categorical_hinge"}, categoricalHinge),
      plainLoss("Hinge", {"hinge"}, hinge),
      plainLoss("SquaredHinge", {"squared_hinge"}, squaredHinge),
  };
}

CategoricalHinge::CategoricalHinge(const PlainLossOptions &o) : Loss(makePlainLoss("CategoricalHinge", o)) {}
Hinge::Hinge(const PlainLossOptions &o) : Loss(makePlainLoss("Hinge", o)) {}
SquaredHinge::SquaredHinge(const PlainLossOptions &o) : Loss(makePlainLoss("SquaredHinge", o)) {}

} // namespace tenon
