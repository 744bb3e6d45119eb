// SPDX-License-Identifier: Apache-2.0
#include "runtime/training/BatchStream.h"

#include <tenon/error.h>

#include <algorithm>
#include <utility>

namespace tenon {

BatchStream::BatchStream(data::BatchFeeder &feeder, std::optional<data::Order> order, int64_t first, int epoch, bool endless,
                         int64_t *passes)
    : feeder_(feeder), order_(order), endless_(endless), passes_(passes) {
  int64_t begun = passes ? *passes : 0, count = feeder.batchCount();
  if (count < 0)
    at_ = endless ? Position{begun, begun == 0 ? first : 0} : Position{std::max<int64_t>(begun, epoch), 0};
  else if ((first + count - 1) / count < begun)
    at_ = {begun, 0};
  else
    at_ = {first / count, first % count};
}

bool BatchStream::more() {
  if (!batches_.empty())
    return true;
  if (ended_)
    return false;
  if (!begun_)
    feeder_.begin(at_.pass, at_.batch, order_);
  begun_ = true;
  if (!(batches_ = feeder_.next()).empty())
    return true;
  if (at_.batch == 0)
    throw Error("the generator gave no batch in pass " + std::to_string(at_.pass));
  ended_ = true;
  if (!endless_)
    return false;
  nextPass();
  return more();
}

void BatchStream::nextPass() {
  if (!ended_)
    return;
  at_ = {at_.pass + 1, 0};
  begun_ = ended_ = false;
}

std::span<const Array> BatchStream::take() {
  ++at_.batch;
  if (passes_)
    *passes_ = at_.pass + 1;
  return std::exchange(batches_, {});
}

void BatchStream::goOn(Position position, std::optional<data::Order> order) {
  at_ = position;
  order_ = order;
  batches_ = {};
  begun_ = ended_ = false;
}

} // namespace tenon
