// SPDX-License-Identifier: Apache-2.0
#include <tenon/datasets.h>

#include "runtime/Npy.h"
#include "runtime/Zip.h"
#include "runtime/data/NumpyRandom.h"
#include "runtime/data/Pickle.h"

#include <algorithm>
#include <numeric>

namespace tenon::data {
namespace {
std::vector<std::vector<int32_t>> readLists(const ZipReader &zip, const std::string &name) {
  std::string what = zip.path() + ", " + name;
  MappedFile file = zip.read(name);
  npy::Header header = npy::readHeader(file.bytes(), what);
  if (header.type != "|O" || header.shape.size() != 1)
    throw Error(what + ": expected one dimension of objects (|O), received " + std::string(header.type) + " of shape " +
                toString(header.shape));
  auto lists = unpickleLists(file.bytes().substr(header.size), what);
  if (static_cast<int64_t>(lists.size()) != header.shape[0])
    throw Error(what + ": holds " + std::to_string(lists.size()) + " elements, its header says " +
                std::to_string(header.shape[0]));
  return lists;
}

Sequences read(const ZipReader &zip, const std::string &part) {
  Sequences result{readLists(zip, "x_" + part + ".npy"), {}};
  std::string name = "y_" + part + ".npy", what = zip.path() + ", " + name;
  result.y = npy::parse(zip.read(name), what).array().astype(DType::I64);
  if (result.y.rank() != 1 || result.y.rowCount() != static_cast<int64_t>(result.x.size()))
    throw Error(what + ": expected " + std::to_string(result.x.size()) + " labels, received shape " +
                toString(result.y.shape()));
  return result;
}

/// In another order, with the first word and the offset, without those that are too long.
void arrange(Sequences &part, NumpyRandom &random, const ImdbOptions &options) {
  std::vector<int64_t> order(part.x.size());
  std::iota(order.begin(), order.end(), 0);
  random.shuffle(order);
  Sequences result;
  std::vector<int64_t> labels;
  for (int64_t index : order) {
    std::vector<int32_t> &from = part.x[static_cast<size_t>(index)], words;
    if (options.startChar)
      words.push_back(static_cast<int32_t>(*options.startChar));
    for (int64_t word : from) {
      if (word + options.indexFrom < INT32_MIN || word + options.indexFrom > INT32_MAX)
        throw Error("imdb: word " + std::to_string(word) + " of review " + std::to_string(index) + " is out of range");
      words.push_back(static_cast<int32_t>(word + options.indexFrom));
    }
    from = {};
    if (options.maxlen && static_cast<int64_t>(words.size()) >= options.maxlen)
      continue;
    result.x.push_back(std::move(words));
    labels.push_back(part.y.data<int64_t>()[index]);
  }
  result.y = Array(labels, {static_cast<int64_t>(labels.size())});
  part = std::move(result);
}

void check(const ImdbOptions &options) {
  auto fits = [](int64_t value) { return value >= 0 && value <= INT32_MAX; };
  if (!fits(options.numWords) || !fits(options.skipTop) || options.maxlen < 0 || !fits(options.indexFrom) ||
      !fits(options.startChar.value_or(0)) || !fits(options.oovChar.value_or(0)))
    throw Error("loadImdb: expected options from 0 to " + std::to_string(INT32_MAX), Fault::Usage);
}
} // namespace

Imdb loadImdb(const std::string &path, const ImdbOptions &options) {
  check(options);
  ZipReader zip(path);
  Imdb imdb{read(zip, "train"), read(zip, "test")};
  NumpyRandom random(options.seed); // one for both, training first
  arrange(imdb.train, random, options);
  arrange(imdb.test, random, options);
  if (options.maxlen && (imdb.train.x.empty() || imdb.test.x.empty()))
    throw Error(path + ": no review is shorter than maxlen " + std::to_string(options.maxlen));
  int64_t words = options.numWords;
  if (words == 0)
    for (auto *part : {&imdb.train, &imdb.test})
      for (auto &review : part->x)
        for (int64_t word : review)
          words = std::max(words, word);
  for (auto *part : {&imdb.train, &imdb.test})
    for (auto &review : part->x) {
      auto unknown = [&](int32_t word) { return word < options.skipTop || word >= words; };
      if (options.oovChar)
        std::replace_if(review.begin(), review.end(), unknown, static_cast<int32_t>(*options.oovChar));
      else
        std::erase_if(review, unknown);
    }
  return imdb;
}

} // namespace tenon::data
