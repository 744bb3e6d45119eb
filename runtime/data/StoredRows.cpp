// SPDX-License-Identifier: Apache-2.0
// Samples of .npy and .npz files that stay in the file until they are needed.
#include "runtime/Npy.h"
#include "runtime/Zip.h"
#include "runtime/data/Fields.h"

#include <tenon/error.h>
#include <tenon/samples.h>

namespace tenon::data {
namespace {
/// One array of the samples, and where it comes from.
struct Column {
  std::string name, place;
  npy::Stored rows;
};

class StoredRows : public Samples {
public:
  StoredRows(std::vector<Column> x, std::vector<Column> y, std::vector<Column> weights)
      : x_(std::move(x)), y_(std::move(y)), weights_(std::move(weights)) {
    for (auto *columns : {&x_, &y_, &weights_})
      for (auto &column : *columns) {
        if (column.rows.shape.empty())
          throw Error(column.place + ": is a scalar, expected the samples along axis 0");
        if (column.rows.rowCount() != x_[0].rows.rowCount())
          throw Error(column.place + ": has " + std::to_string(column.rows.rowCount()) + " samples, but " +
                      x_[0].place + " has " + std::to_string(x_[0].rows.rowCount()));
      }
  }
  int64_t size() const override { return x_[0].rows.rowCount(); }
  Dataset gather(std::span<const int64_t> indices) const override {
    return Dataset(feed(x_, indices), feed(y_, indices), feed(weights_, indices));
  }
  std::string nameOf(int64_t index) const override { return x_[0].place + ", sample " + std::to_string(index); }

private:
  static Array read(const npy::Stored &rows, std::span<const int64_t> indices) {
    Shape shape = rows.shape;
    shape[0] = static_cast<int64_t>(indices.size());
    Array result(shape, rows.dtype());
    int64_t elements = rows.rowCount() ? elementCount(rows.shape) / rows.rowCount() : 0;
    for (size_t i = 0; i < indices.size(); ++i)
      rows.read(indices[i] * elements, elements, static_cast<char *>(result.raw()) + i * result.rowBytes());
    return result;
  }
  static Feed feed(const std::vector<Column> &columns, std::span<const int64_t> indices) {
    if (columns.empty())
      return {};
    if (columns.size() == 1)
      return read(columns[0].rows, indices);
    std::map<std::string, Array> arrays;
    for (auto &column : columns)
      arrays.emplace(column.name, read(column.rows, indices));
    return arrays;
  }

  std::vector<Column> x_, y_, weights_;
};

Dataset stored(std::vector<Column> x, std::vector<Column> y, std::vector<Column> weights) {
  return Dataset(
      std::shared_ptr<const Samples>(std::make_shared<StoredRows>(std::move(x), std::move(y), std::move(weights))));
}
} // namespace

Dataset fromNpz(const std::string &path, const NpzColumns &columns) {
  if (columns.x.empty())
    throw Error("fromNpz: expected the name of at least one array x", Fault::Usage);
  ZipReader zip(path);
  auto column = [&](const std::string &name) {
    if (!zip.has(name + ".npy")) {
      std::vector<std::string> names;
      for (auto &entry : zip.names())
        names.push_back(entry.substr(0, entry.rfind(".npy")));
      throw Error(path + ": holds no array '" + name + "', it has " + quotedList(names));
    }
    std::string place = path + ", " + name + ".npy";
    return Column{name, place, npy::parse(zip.read(name + ".npy", columns.verify), place)};
  };
  std::vector<Column> x, y, weights;
  for (auto &name : columns.x)
    x.push_back(column(name));
  for (auto &name : columns.y)
    y.push_back(column(name));
  if (!columns.sampleWeight.empty())
    weights.push_back(column(columns.sampleWeight));
  return stored(std::move(x), std::move(y), std::move(weights));
}

Dataset fromNpy(const std::string &x, const std::string &y) {
  auto column = [](const std::string &path) { return Column{"", path, npy::parse(mapFile(path), path)}; };
  std::vector<Column> targets;
  if (!y.empty())
    targets.push_back(column(y));
  return stored({column(x)}, std::move(targets), {});
}

} // namespace tenon::data
