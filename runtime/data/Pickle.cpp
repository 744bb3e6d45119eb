// SPDX-License-Identifier: Apache-2.0
#include "runtime/data/Pickle.h"

#include "runtime/LittleEndian.h"

#include <tenon/error.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>

namespace tenon::data {
namespace {
/// A value on pickle's stack: small, as an IMDB file has millions. Lists and tuples are numbers of entries in tables.
struct Value {
  enum Kind : uint8_t { None, Bool, Int, Text, Name, List, Tuple, Type, Array } kind = None;
  int64_t number = 0;
};

class Unpickler {
public:
  Unpickler(std::string_view bytes, const std::string &what) : bytes_(bytes), size_(bytes.size()), what_(what) {}

  std::vector<std::vector<int32_t>> run() {
    while (step())
      ;
    if (stack_.size() != 1 || stack_[0].kind != Value::Array || elements_ < 0)
      fail("holds no NumPy array");
    std::vector<std::vector<int32_t>> result;
    size_t total = 0;
    const Sequence &outer = lists_[static_cast<size_t>(elements_)];
    if (!outer.numbers.empty())
      fail("expected lists of integers, received integers");
    for (const Value &value : outer.others) {
      std::string at = "element " + std::to_string(result.size()) + ": ";
      if (value.kind != Value::List)
        fail(at + "expected a list of integers, received " + describe(value));
      const Sequence &inner = lists_[static_cast<size_t>(value.number)];
      if (!inner.others.empty())
        fail(at + "expected a list of integers, received one with " + describe(inner.others[0]));
      if ((total += inner.numbers.size()) > size_)
        fail("repeats lists until they are larger than the file");
      result.push_back(inner.numbers);
    }
    if (static_cast<int64_t>(result.size()) != count_)
      fail("holds " + std::to_string(result.size()) + " elements, its shape says " + std::to_string(count_));
    return result;
  }

private:
  struct Sequence {
    std::vector<int32_t> numbers; // a list's integers,
    std::vector<Value> others;    // or whatever else it has; a tuple has all here
  };

  [[noreturn]] void fail(const std::string &message) const { throw Error(what_ + ": pickle: " + message); }

  std::string describe(const Value &value) const {
    constexpr const char *names[] = {"None",   "a boolean", "an integer", "a text",  "a name",
                                     "a list", "a tuple",   "a type",     "an array"};
    return names[value.kind];
  }

  std::string_view take(uint64_t size) {
    if (size > bytes_.size())
      fail("is truncated");
    std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  uint64_t number(size_t size) { return littleEndian(take(size)); }
  std::string_view line() {
    size_t end = bytes_.find('\n');
    if (end == std::string_view::npos)
      fail("is truncated");
    std::string_view text = take(end);
    take(1);
    return text;
  }

  Value pop() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back()))
      fail("takes a value that is not there");
    Value value = stack_.back();
    stack_.pop_back();
    return value;
  }
  void push(Value::Kind kind, int64_t value = 0) { stack_.push_back({kind, value}); }
  void text(std::string_view text) {
    texts_.push_back(text);
    push(Value::Text, static_cast<int64_t>(texts_.size()) - 1);
  }
  std::string_view textOf(const Value &value) const {
    if (value.kind != Value::Text)
      fail("expected a text, received " + describe(value));
    return texts_[static_cast<size_t>(value.number)];
  }
  /// The values since the last mark.
  std::vector<Value> popMarked() {
    if (marks_.empty())
      fail("takes a mark that is not there");
    std::vector<Value> values(stack_.begin() + static_cast<ptrdiff_t>(marks_.back()), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return values;
  }
  void tuple(std::vector<Value> values) {
    tuples_.push_back(std::move(values));
    push(Value::Tuple, static_cast<int64_t>(tuples_.size()) - 1);
  }
  void tuple(size_t count) {
    std::vector<Value> values(count);
    for (size_t i = count; i-- > 0;)
      values[i] = pop();
    tuple(std::move(values));
  }
  const std::vector<Value> &tupleOf(const Value &value) const {
    if (value.kind != Value::Tuple)
      fail("expected a tuple, received " + describe(value));
    return tuples_[static_cast<size_t>(value.number)];
  }
  void append(const Value &list, const Value &value) {
    if (list.kind != Value::List)
      fail("appends to " + describe(list));
    Sequence &sequence = lists_[static_cast<size_t>(list.number)];
    if (value.kind != Value::Int) {
      sequence.others.push_back(value);
      return;
    }
    if (value.number < INT32_MIN || value.number > INT32_MAX)
      fail("an integer is out of range: " + std::to_string(value.number));
    sequence.numbers.push_back(static_cast<int32_t>(value.number));
  }

  void name(std::string_view module, std::string_view name) {
    enum { Reconstruct, NdArray, DataType, Encode };
    bool multiarray = module == "numpy.core.multiarray" || module == "numpy._core.multiarray";
    if (multiarray && name == "_reconstruct")
      push(Value::Name, Reconstruct);
    else if (module == "numpy" && name == "ndarray")
      push(Value::Name, NdArray);
    else if (module == "numpy" && name == "dtype")
      push(Value::Name, DataType);
    else if (module == "_codecs" && name == "encode")
      push(Value::Name, Encode);
    else
      fail("asks for " + std::string(module.substr(0, 60)) + "." + std::string(name.substr(0, 60)) +
           ", which is not read; expected lists of integers");
  }

  /// What calling a known name gives: an array without elements, a dtype of objects, a text.
  void reduce() {
    Value arguments = pop(), callee = pop();
    const std::vector<Value> &values = tupleOf(arguments);
    if (callee.kind != Value::Name)
      fail("calls " + describe(callee));
    if (callee.number == 0) {
      if (elements_ != -2)
        fail("holds more than one array");
      elements_ = -1;
      push(Value::Array);
    } else if (callee.number == 2 && !values.empty()) {
      if (textOf(values[0]).substr(0, 1) != "O")
        fail("holds an array of '" + std::string(textOf(values[0]).substr(0, 20)) + "', expected objects");
      push(Value::Type);
    } else if (callee.number == 3 && !values.empty()) {
      text(textOf(values[0]));
    } else {
      fail("calls what cannot be called");
    }
  }

  void build() {
    Value state = pop();
    if (stack_.empty())
      fail("takes a value that is not there");
    if (stack_.back().kind == Value::Type)
      return;
    const std::vector<Value> &values = tupleOf(state);
    if (stack_.back().kind != Value::Array || values.size() != 5 || values[4].kind != Value::List)
      fail("expected the state of an array of objects");
    const std::vector<Value> &shape = tupleOf(values[1]);
    if (shape.size() != 1 || shape[0].kind != Value::Int)
      fail("expected an array of one dimension, received " + std::to_string(shape.size()));
    count_ = shape[0].number;
    elements_ = values[4].number;
  }

  void remember(uint64_t key) {
    if (stack_.empty())
      fail("remembers a value that is not there");
    memory_[key] = stack_.back();
  }
  void recall(uint64_t key) {
    auto found = memory_.find(key);
    if (found == memory_.end())
      fail("recalls a value that is not there");
    stack_.push_back(found->second);
  }

  /// One instruction; false after the last.
  bool step() {
    switch (take(1)[0]) {
    case '\x80': // protocol
      if (uint64_t protocol = number(1); protocol < 2 || protocol > 5)
        fail("has protocol " + std::to_string(protocol) + ", expected 2 to 5");
      break;
    case '\x95': // frame
      number(8);
      break;
    case '.':
      return false;
    case '(':
      marks_.push_back(stack_.size());
      break;
    case 'N':
      push(Value::None);
      break;
    case '\x88':
      push(Value::Bool, 1);
      break;
    case '\x89':
      push(Value::Bool, 0);
      break;
    case 'J':
      push(Value::Int, static_cast<int32_t>(number(4)));
      break;
    case 'K':
      push(Value::Int, static_cast<int64_t>(number(1)));
      break;
    case 'M':
      push(Value::Int, static_cast<int64_t>(number(2)));
      break;
    case '\x8a': { // a long integer of some bytes
      size_t size = number(1);
      if (size > 8)
        fail("an integer is out of range");
      uint64_t value = number(size);
      if (size && size < 8 && value >> (8 * size - 1))
        value |= ~uint64_t(0) << 8 * size;
      push(Value::Int, static_cast<int64_t>(value));
      break;
    }
    case 'X':
    case 'B':
    case 'T':
      text(take(number(4)));
      break;
    case '\x8c':
    case 'C':
    case 'U':
      text(take(number(1)));
      break;
    case ']':
      lists_.emplace_back();
      push(Value::List, static_cast<int64_t>(lists_.size()) - 1);
      break;
    case 'a': {
      Value value = pop();
      if (stack_.empty())
        fail("takes a value that is not there");
      append(stack_.back(), value);
      break;
    }
    case 'e': {
      std::vector<Value> values = popMarked();
      if (stack_.empty())
        fail("takes a value that is not there");
      for (const Value &value : values)
        append(stack_.back(), value);
      break;
    }
    case ')':
      tuple(size_t(0));
      break;
    case '\x85':
      tuple(size_t(1));
      break;
    case '\x86':
      tuple(size_t(2));
      break;
    case '\x87':
      tuple(size_t(3));
      break;
    case 't':
      tuple(popMarked());
      break;
    case 'c': {
      std::string_view module = line();
      name(module, line());
      break;
    }
    case '\x93': {
      Value second = pop(), first = pop();
      name(textOf(first), textOf(second));
      break;
    }
    case 'R':
      reduce();
      break;
    case 'b':
      build();
      break;
    case 'q':
      remember(number(1));
      break;
    case 'r':
      remember(number(4));
      break;
    case '\x94':
      remember(memory_.size());
      break;
    case 'h':
      recall(number(1));
      break;
    case 'j':
      recall(number(4));
      break;
    default:
      fail("has an instruction that lists of integers do not need");
    }
    return true;
  }

  std::string_view bytes_;
  const size_t size_;
  const std::string &what_;
  std::vector<Value> stack_;
  std::vector<size_t> marks_;
  std::vector<std::string_view> texts_;
  std::vector<std::vector<Value>> tuples_;
  std::vector<Sequence> lists_;
  std::unordered_map<uint64_t, Value> memory_;
  int64_t elements_ = -2, count_ = 0; // the list of the array's elements; -1: none yet, -2: no array yet
};
} // namespace

std::vector<std::vector<int32_t>> unpickleLists(std::string_view pickle, const std::string &what) {
  return Unpickler(pickle, what).run();
}

} // namespace tenon::data
