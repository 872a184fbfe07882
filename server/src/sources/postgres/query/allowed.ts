const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Nodes of PostgreSQL's grammar that a query may be made of: what is not here is refused. */
export const nodes = words(`
  SelectStmt ResTarget ColumnRef A_Star A_Const String Integer Float Boolean BitString ParamRef A_Expr BoolExpr NullTest BooleanTest
  FuncCall NamedArgExpr TypeCast CollateClause CaseExpr CaseWhen CoalesceExpr MinMaxExpr NullIfExpr SubLink A_ArrayExpr
  A_Indirection A_Indices RowExpr List RangeVar RangeSubselect RangeFunction JoinExpr SortBy WindowDef WithClause CommonTableExpr
  GroupingSet GroupingFunc SQLValueFunction`);

/** CURRENT_USER and its like tell of the log-in, and are none of these. */
export const valueFunctions = words('SVFOP_CURRENT_DATE SVFOP_CURRENT_TIMESTAMP SVFOP_CURRENT_TIMESTAMP_N SVFOP_LOCALTIMESTAMP SVFOP_LOCALTIMESTAMP_N SVFOP_LOCALTIME SVFOP_CURRENT_TIME');

/** Functions of many rows. */
export const aggregates = words(`
  count sum avg min max string_agg array_agg json_agg jsonb_agg json_object_agg jsonb_object_agg bool_and bool_or every bit_and bit_or
  stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp regr_slope regr_intercept regr_r2
  percentile_cont percentile_disc mode any_value st_union st_collect st_extent`);

/**
 * Functions without effect beyond their value, and whose value is larger than what they are given by a bounded factor at
 * most: repeat, lpad, format and generate_series make much of little, and are not here; what else can is bounded by
 * `growth.ts`. Of many rows much comes: the server ends a value at 1 GB and a statement at its time.
 */
export const functions: ReadonlySet<string> = new Set([...aggregates, ...words(`
  row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
  abs ceil ceiling floor round trunc sign sqrt cbrt exp ln log power mod div degrees radians sin cos tan asin acos atan atan2 pi greatest least width_bucket
  lower upper initcap trim btrim ltrim rtrim length char_length character_length octet_length substr substring left right position strpos
  replace translate reverse concat concat_ws split_part starts_with overlay regexp_replace regexp_match regexp_matches regexp_split_to_array
  string_to_array array_to_string like_escape similar_to_escape md5 ascii chr encode decode normalize
  date_part date_trunc date_bin extract age make_date make_time make_timestamp make_timestamptz make_interval to_char to_date to_timestamp to_number
  now timezone justify_days justify_hours justify_interval isfinite
  coalesce nullif array_length array_position array_positions cardinality unnest array_append array_cat array_remove array_upper array_lower
  json_build_object jsonb_build_object json_build_array jsonb_build_array to_json to_jsonb row_to_json json_extract_path json_extract_path_text
  jsonb_extract_path jsonb_extract_path_text json_array_length jsonb_array_length json_array_elements jsonb_array_elements
  json_array_elements_text jsonb_array_elements_text json_object_keys jsonb_object_keys json_typeof jsonb_typeof json_strip_nulls jsonb_strip_nulls
  st_x st_y st_z st_srid st_setsrid st_transform st_makepoint st_point st_makeenvelope st_geomfromtext st_geomfromgeojson st_astext st_asgeojson
  st_within st_contains st_intersects st_covers st_coveredby st_disjoint st_touches st_crosses st_overlaps st_equals st_dwithin st_distance
  st_area st_length st_perimeter st_centroid st_pointonsurface st_envelope st_buffer st_intersection st_difference
  st_simplify st_isvalid st_makevalid st_geometrytype st_npoints st_xmin st_xmax st_ymin st_ymax`)]);

/** Types that values may be cast to; none of them looks anything up by name, as regclass and its like do. */
export const types = words(`
  bool int2 int4 int8 float4 float8 numeric text varchar bpchar date time timetz timestamp timestamptz interval uuid json jsonb bytea bit varbit
  geometry geography`);

/** Of the language's own forms, BETWEEN alone stands as an operator under its name. */
export const operators: ReadonlySet<string> = new Set([
  ...words('+ - * / % ^ = <> != < > <= >= || ~ ~* !~ !~* ~~ ~~* !~~ !~~* -> ->> #> #>> @> <@ && ? ?| ?& & | # << >> |/ ||/ @ <->'),
  'BETWEEN', 'NOT BETWEEN', 'BETWEEN SYMMETRIC', 'NOT BETWEEN SYMMETRIC',
]);
