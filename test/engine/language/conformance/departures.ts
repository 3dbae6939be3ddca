/** Results that are not the specification's. An entry that is no longer needed fails the test. */
export const OTHERWISE: readonly { readonly reason: string; readonly tests: readonly string[] }[] =
  [
    {
      reason: "There is one kind of number: unsigned ones are no kind of their own.",
      tests: [
        "integer_math/int64_math/unary_minus_no_overload",
        "integer_math/int64_math/uint64_overflow_negative",
        "integer_math/uint64_math/negative_no_overload",
        "math_ext/bit_not/uint_positive",
        "math_ext/bit_not/uint_zero",
        "conversions/type/eq_diff",
      ],
    },
    {
      reason: "There is one kind of number: what takes real numbers takes whole ones.",
      tests: [
        "conversions/type/neq_diff",
        "fp_math/fp_math/mod_not_support",
        "math_ext/ceil/dyn_error",
        "math_ext/floor/dyn_error",
        "math_ext/round/dyn_error",
        "math_ext/trunc/dyn_error",
      ],
    },
    {
      reason: "Keys of objects are text, as in JSON, so that any number may be written as one.",
      tests: ["fields/qualified_identifier_resolution/map_key_float"],
    },
    {
      reason: "There are no containers, which would put a prefix before names.",
      tests: [
        "namespace/namespace/self_eval_container_lookup",
        "namespace/namespace/self_eval_container_lookup_unchecked",
      ],
    },
  ];

/** Refusals, known by their message and the expression. A reason that is no longer needed fails the test. */
export const REFUSED: readonly { readonly reason: string; readonly is: RegExp }[] = [
  { reason: "Numbers beyond 2^53 lose digits in JSON.", is: /2\^53/ },
  { reason: "Division by zero is an error, also for real numbers.", is: /^Division by zero/ },
  { reason: "A result that is not finite is no JSON.", is: /not a finite number/ },
  { reason: "Keys of objects are text, as in JSON.", is: /\{6: 'six'/ },
  {
    reason: "Functions that do not exist are refused when a workflow is deployed.",
    is: /^There is no (?:function f_unknown|method \w+\(\)\.[^]*\na\.\w+\(\) \|\| true$)/,
  },
  {
    reason: "cel.block and cel.iterVar are written by optimizers, not by people.",
    is: /cel\.(?:block|iterVar)/,
  },
  { reason: "The parser makes one byte of each letter in b'…'.", is: /Letters beyond ASCII/ },
  { reason: "The parser does not read raw bytes.", is: /\nb[rR]['"]/ },
  {
    reason: "The parser does not read names in backticks.",
    is: /cannot be read at character \d+, at "`"/,
  },
  { reason: "The parser does not read optional entries.", is: /[[{]\?/ },
  { reason: "The parser wants a digit before the point.", is: /\n\.99/ },
];
