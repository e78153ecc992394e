#include "libheap/analysis/object_remedies.h"

#include <array>

namespace libheap {

namespace {

// In the order of ObjectKind.
constexpr std::array<ObjectRemedy, 16> kRemedies = {{
    {ObjectKind::kUnknown, "objects",
     "Make the object once before the loop and change it in place.",
     "scratch = make_it()        # once, before the loop\n"
     "update(scratch)            # in the loop"},
    {ObjectKind::kFloat, "floats",
     "Each float result is a new block. Count in integers of a smaller unit: "
     "integers below 2**30 take no memory. Or keep results in an array('f').",
     "from micropython import const\n"
     "SCALE = const(1000)\n"
     "milli = raw * 23 // 10     # integers: no allocation\n"
     "whole = milli // SCALE     # to show it"},
    {ObjectKind::kBigInt, "big integers",
     "Integers of 2**30 and more are objects. Keep them smaller, or mask: "
     "x & 0x3fffffff.",
     "x = (x + step) & 0x3fffffff"},
    {ObjectKind::kBuffer, "buffers",
     "Allocate the buffer once and fill it with readinto(); cut it with a "
     "memoryview, which copies nothing.",
     "buf = bytearray(256)       # once, before the loop\n"
     "mv = memoryview(buf)\n"
     "n = uart.readinto(mv)      # in the loop\n"
     "handle(mv[:n])"},
    {ObjectKind::kText, "strings",
     "Build a text with one format() instead of adding pieces, or write the "
     "pieces to the stream one by one.",
     "line = '{:d},{:d}\\n'        # once, before the loop\n"
     "out.write(line.format(a, b))"},
    {ObjectKind::kListGrowth, "growing lists",
     "append() doubles the list and copies it. Make the list with its full "
     "size once and keep an index.",
     "rows = [None] * 50         # once, before the loop\n"
     "n = 0\n"
     "rows[n] = row; n += 1      # in the loop"},
    {ObjectKind::kList, "lists",
     "Make the list once and overwrite its items; an array('h') or bytearray "
     "holds numbers in less.",
     "from array import array\n"
     "v = array('h', (0, 0, 0))  # once, before the loop\n"
     "v[0] = x; v[1] = y; v[2] = z"},
    {ObjectKind::kTuple, "tuples",
     "A tuple of constants is made once, at compile time; one of values is "
     "new each time. Keep a list or array and overwrite its items.",
     "from array import array\n"
     "pair = array('i', (0, 0))  # once, before the loop\n"
     "pair[0] = x; pair[1] = y   # in the loop"},
    {ObjectKind::kDict, "dicts",
     "Make the dict once and overwrite its values; a constant one is smaller "
     "in a frozen module.",
     "state = {'t': 0, 'p': 0}   # once, before the loop\n"
     "state['t'] = t             # in the loop"},
    {ObjectKind::kBoundMethod, "bound methods",
     "obj.method as a value is a new object each time. Bind it once.",
     "write = uart.write         # once, before the loop\n"
     "timer.init(callback=tick)  # a name, not self.tick"},
    {ObjectKind::kClosure, "functions",
     "A lambda or inner function is made anew each time it is come by. Define "
     "it once outside.",
     "def handler(x):            # at module level, once\n"
     "    ..."},
    {ObjectKind::kGenerator, "generators and frames",
     "A generator, or a call of a function with many locals, takes a frame "
     "from the heap. Use a plain loop, or fewer locals.",
     "for i in range(n):         # instead of a generator expression\n"
     "    total += data[i]"},
    {ObjectKind::kSlice, "slices",
     "A slice copies. Slice a memoryview instead.",
     "mv = memoryview(buf)       # once, before the loop\n"
     "handle(mv[4:20])           # one block, whatever the length"},
    {ObjectKind::kInstance, "instances",
     "Make the instances once and use them again.",
     "pool = [Event() for _ in range(8)]   # once, before the loop\n"
     "pool[i].set(t, kind)                 # in the loop"},
    {ObjectKind::kException, "exceptions",
     "Raising makes an exception, its arguments and its traceback. Answer "
     "None or a number for what happens often.",
     "if not uart.any():         # ask first, instead of try ... except\n"
     "    return None"},
    {ObjectKind::kCompiled, "code",
     "Importing and compiling is the largest burst there is. Freeze the "
     "module into the firmware, or precompile it with mpy-cross.",
     "# manifest.py\n"
     "freeze('.', 'yourmodule.py')"},
}};

struct Word {
  std::string_view part;
  ObjectKind kind;
};

// The first part found in the name decides, so what is more special is first.
constexpr Word kWords[] = {
    {"bound_meth", ObjectKind::kBoundMethod},
    {"list_append", ObjectKind::kListGrowth},
    {"list_extend", ObjectKind::kListGrowth},
    {"list_insert", ObjectKind::kListGrowth},
    {"exception", ObjectKind::kException},
    {"generator", ObjectKind::kGenerator},
    {"gen_wrap", ObjectKind::kGenerator},
    {"closure", ObjectKind::kClosure},
    {"make_function", ObjectKind::kClosure},
    {"new_fun", ObjectKind::kClosure},
    {"new_cell", ObjectKind::kClosure},
    {"fun_bc_call", ObjectKind::kGenerator},
    {"slice", ObjectKind::kSlice},
    {"bytearray", ObjectKind::kBuffer},
    {"array", ObjectKind::kBuffer},
    {"memoryview", ObjectKind::kBuffer},
    {"stream_read", ObjectKind::kBuffer},
    {"new_bytes", ObjectKind::kBuffer},
    {"float", ObjectKind::kFloat},
    {"complex", ObjectKind::kFloat},
    {"int_from", ObjectKind::kBigInt},
    {"new_int", ObjectKind::kBigInt},
    {"mpz", ObjectKind::kBigInt},
    {"vstr", ObjectKind::kText},
    {"str", ObjectKind::kText},
    {"tuple", ObjectKind::kTuple},
    {"dict", ObjectKind::kDict},
    {"map_", ObjectKind::kDict},
    {"list", ObjectKind::kList},
    {"instance", ObjectKind::kInstance},
    {"compile", ObjectKind::kCompiled},
    {"parse", ObjectKind::kCompiled},
    {"lexer", ObjectKind::kCompiled},
    {"import", ObjectKind::kCompiled},
    {"emit_", ObjectKind::kCompiled},
};

constexpr uint64_t kFloatBytes = 8;

}  // namespace

const ObjectRemedy& remedy_for(ObjectKind kind) {
  return kRemedies[static_cast<size_t>(kind)];
}

ObjectKind object_kind(std::string_view runtime_function, uint64_t n_bytes) {
  for (const Word& word : kWords) {
    if (runtime_function.find(word.part) != std::string_view::npos) {
      return word.kind;
    }
  }
  return n_bytes == kFloatBytes ? ObjectKind::kFloat : ObjectKind::kUnknown;
}

}  // namespace libheap
