// SPDX-License-Identifier: Apache-2.0
// How far distributions and directions are from one another.
#include "frontend/graph/losses/Function.h"

namespace tenon {
namespace {

Expression klDivergence(Expression y, Expression p) {
  y = clip(y, lossEpsilon, 1);
  p = clip(p, lossEpsilon, 1);
  return sum(y * log(y / p), {p.rank() - 1});
}
Expression poisson(Expression y, Expression p) { return mean(p - y * log(p + lossEpsilon), {p.rank() - 1}); }
// A vector of length 0 stays one.
Expression direction(Expression x) {
  Expression squares = sum(x * x, {x.rank() - 1}, true);
  return x / sqrt(maximum(squares, squares.constant(lossEpsilon * lossEpsilon)));
}
Expression cosineSimilarity(Expression y, Expression p) { return -sum(direction(y) * direction(p), {p.rank() - 1}); }

} // namespace

std::vector<LossRow> divergenceLosses() {
  return {
      plainLoss("CosineSimilarity", {"cosine_similarity"}, cosineSimilarity),
      plainLoss("KLDivergence", {"kl_divergence", "kullback_leibler_divergence", "kld"}, klDivergence),
      plainLoss("Poisson", {"poisson"}, poisson),
  };
}

CosineSimilarity::CosineSimilarity(const PlainLossOptions &o) : Loss(makePlainLoss("CosineSimilarity", o)) {}
KLDivergence::KLDivergence(const PlainLossOptions &o) : Loss(makePlainLoss("KLDivergence", o)) {}
Poisson::Poisson(const PlainLossOptions &o) : Loss(makePlainLoss("Poisson", o)) {}

} // namespace tenon
