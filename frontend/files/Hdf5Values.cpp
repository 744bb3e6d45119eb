// SPDX-License-Identifier: Apache-2.0
// After the "HDF5 File Format Specification", version 3.0.
// The values of a data set: in one piece, or in chunks that may be compressed.
#include "frontend/files/Hdf5Format.h"

#include <algorithm>
#include <cstring>
#include <zlib.h>

namespace tenon::files {
using namespace hdf5;
namespace {

constexpr unsigned deflateFilter = 1, shuffleFilter = 2;

std::string inflated(std::string_view packed, uint64_t size) {
  // As in dataset(): what deflate cannot give is no reason to allocate memory.
  check(size / 1032 <= packed.size() + 64 && size <= UINT32_MAX && packed.size() <= UINT32_MAX);
  std::string content(size, '\0');
  z_stream stream{};
  check(inflateInit(&stream) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(packed.data()));
  stream.avail_in = uInt(packed.size());
  stream.next_out = reinterpret_cast<Bytef *>(content.data());
  stream.avail_out = uInt(size);
  const int code = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  check(code == Z_STREAM_END && stream.avail_out == 0);
  return content;
}

std::string unshuffled(std::string_view bytes, size_t width) {
  check(width != 0);
  const size_t count = bytes.size() / width;
  std::string result(bytes);
  for (size_t i = 0; i < count; ++i)
    for (size_t k = 0; k < width; ++k)
      result[i * width + k] = bytes[k * count + i];
  return result;
}

/// Copies the part of a chunk that lies inside of the data set.
void placeChunk(const char *from, const std::vector<uint64_t> &chunk, const std::vector<uint64_t> &offset,
                const std::vector<uint64_t> &dims, uint64_t width, char *to) {
  if (dims.empty()) {
    std::memcpy(to, from, width);
    return;
  }
  const size_t last = dims.size() - 1;
  const uint64_t run = std::min(chunk[last], dims[last] - offset[last]) * width;
  std::vector<uint64_t> index(last); // inside of the chunk, of all dimensions but the last
  for (;;) {
    uint64_t source = 0, target = 0;
    for (size_t i = 0; i < last; ++i) {
      source = source * chunk[i] + index[i];
      target = target * dims[i] + offset[i] + index[i];
    }
    std::memcpy(to + (target * dims[last] + offset[last]) * width, from + source * chunk[last] * width, run);
    size_t i = last;
    for (; i > 0; --i) {
      if (++index[i - 1] < std::min(chunk[i - 1], dims[i - 1] - offset[i - 1]))
        break;
      index[i - 1] = 0;
    }
    if (i == 0)
      return;
  }
}

} // namespace

std::vector<Hdf5Format::Chunk> Hdf5Format::chunks(const Hdf5Object &dataset) const {
  std::vector<Chunk> chunks;
  check(dataset.layout->chunk.size() == dataset.space->dims.size());
  if (dataset.layout->address != undefined)
    collectChunks(dataset.layout->address, dataset.space->dims.size(), std::nullopt, chunks);
  return chunks;
}

void Hdf5Format::collectChunks(uint64_t node, size_t rank, std::optional<unsigned> level,
                               std::vector<Chunk> &chunks) const {
  Cursor cursor(from(node));
  cursor.expect("TREE");
  check(cursor.number(1) == 1);
  const unsigned own = unsigned(cursor.number(1));
  check(own == level.value_or(own));
  const uint64_t count = cursor.number(2);
  cursor.skip(16);
  for (uint64_t i = 0; i < count; ++i) {
    spend(24 + 8 * rank);
    Chunk chunk;
    const uint64_t size = cursor.number(4);
    chunk.mask = uint32_t(cursor.number(4));
    for (size_t k = 0; k < rank; ++k)
      chunk.offset.push_back(cursor.number(8));
    cursor.skip(8); // inside of an element
    const uint64_t child = cursor.address();
    if (own != 0) {
      collectChunks(child, rank, own - 1, chunks);
      continue;
    }
    chunk.data = at(child, size);
    chunks.push_back(std::move(chunk));
  }
}

uint64_t Hdf5Format::storedBytes(const Hdf5Object &dataset) const {
  const Hdf5Layout &layout = *dataset.layout;
  if (layout.kind == Hdf5Layout::Compact)
    return layout.data.size();
  if (layout.kind != Hdf5Layout::Chunked)
    return layout.size;
  uint64_t total = 0;
  for (const Chunk &chunk : chunks(dataset))
    total += chunk.data.size();
  return total;
}

void Hdf5Format::read(const Hdf5Object &dataset, char *to, uint64_t bytes) const {
  const Hdf5Layout &layout = *dataset.layout;
  const uint64_t width = dataset.type->size;
  check(multiplied(dataset.space->count(), width) == bytes);
  if (bytes == 0)
    return;
  if (layout.kind != Hdf5Layout::Chunked) {
    if (layout.kind == Hdf5Layout::Contiguous && layout.address == undefined)
      throw Hdf5Fault{"has no values, they were never written"};
    std::string_view data = layout.kind == Hdf5Layout::Compact ? layout.data : at(layout.address, layout.size);
    check(bytes <= data.size());
    std::memcpy(to, data.data(), bytes);
    return;
  }
  const std::vector<uint64_t> &dims = dataset.space->dims;
  uint64_t expected = 1, chunkBytes = width;
  for (size_t i = 0; i < dims.size(); ++i) {
    check(layout.chunk[i] <= dims[i]); // as HDF5 wants it where sizes do not grow
    expected = multiplied(expected, (dims[i] - 1) / layout.chunk[i] + 1);
    chunkBytes = multiplied(chunkBytes, layout.chunk[i]);
  }
  const std::vector<Chunk> all = chunks(dataset);
  check(all.size() == expected);
  std::vector<bool> seen(all.size());
  for (const Chunk &chunk : all) {
    uint64_t place = 0;
    for (size_t i = 0; i < dims.size(); ++i) {
      check(chunk.offset[i] < dims[i] && chunk.offset[i] % layout.chunk[i] == 0);
      place = place * ((dims[i] - 1) / layout.chunk[i] + 1) + chunk.offset[i] / layout.chunk[i];
    }
    check(!seen[place]);
    seen[place] = true;
    std::string own;
    std::string_view content = chunk.data;
    for (size_t i = dataset.filters.size(); i-- > 0;) {
      if (chunk.mask >> i & 1)
        continue;
      const Hdf5Filter &filter = dataset.filters[i];
      if (filter.id != deflateFilter && filter.id != shuffleFilter)
        throw Hdf5Fault{"is compressed in a way that is not read, expected gzip"};
      own = filter.id == deflateFilter ? inflated(content, chunkBytes) : unshuffled(content, filter.parameter);
      content = own;
    }
    check(content.size() == chunkBytes);
    placeChunk(content.data(), layout.chunk, chunk.offset, dims, width, to);
  }
}

} // namespace tenon::files
