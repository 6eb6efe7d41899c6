"""SQL that must give the same on every engine, and two small tables for it to read."""

from datetime import datetime

from unisono.tables.arrow import rows

TABLES = {
    "touchpoint": rows(
        "touchpoint",
        [
            {
                "touchpoint_id": "T1",
                "customer_id": "A",
                "occurred_at": datetime(2026, 1, 1, 23, 30),
                "channel": "email",
                "products": ["b", "a"],
                "duration_minutes": 2.5,
                "amount": 0.0,
                "is_own": True,
                "is_human": True,
                "key_message": "Été-12 x3",
                "rep_id": "R1",
            },
            {
                "touchpoint_id": "T2",
                "customer_id": "A",
                "occurred_at": datetime(2026, 1, 4, 0, 15),
                "channel": "email",
                "products": [],
                "duration_minutes": -3.5,
                "amount": 2.0,
                "is_own": False,
                "key_message": "",
            },
            {
                "touchpoint_id": "T3",
                "customer_id": "B",
                "occurred_at": datetime(2025, 12, 28, 12, 0, 0, 123456),
                "channel": "visit",
                "amount": 3.0,
                "is_own": True,
                "is_human": False,
                "rep_id": "R2",
            },
            {
                "touchpoint_id": "T4",
                "customer_id": "B",
                "occurred_at": datetime(2024, 2, 29, 12, 0),
                "channel": "visit",
                "products": ["c"],
                "duration_minutes": 1.5,
                "is_human": True,
                "key_message": "z 7",
                "rep_id": "R1",
            },
        ],
    ),
    "contact": rows(
        "contact",
        [
            {"customer_id": "A", "contact_id": "K1", "touchpoints": 3},
            {"customer_id": "B", "contact_id": "K2", "touchpoints": -7},
            {"customer_id": "C", "contact_id": "K3", "touchpoints": 0},
        ],
    ),
}

# One value for each row of touchpoint.
EXPRESSIONS = """
    amount / duration_minutes
    duration_minutes / amount
    amount / (duration_minutes / amount)
    cast(amount as double) / 3
    1 / 3.0
    0.1 + 0.2
    1 / 201.0
    duration_minutes % 2
    cast(floor(amount) as bigint) / 2
    cast(floor(amount) as bigint) // 2
    cast(floor(duration_minutes) as bigint)
    cast(ceil(duration_minutes) as bigint)
    cast(round(duration_minutes) as bigint)
    round(duration_minutes / 3, 2)
    abs(duration_minutes)
    sign(duration_minutes) * 1.5
    ln(amount)
    ln(duration_minutes) / ln(2)
    exp(amount)
    sqrt(amount)
    power(0.5, amount / 3)
    least(amount, duration_minutes)
    greatest(amount, duration_minutes, 1)
    coalesce(key_message, rep_id, 'none')
    nullif(amount, 0)
    case when is_own then 'own' when amount > 1 then 'big' end
    if(is_own, 1, 2)
    is_own and is_human
    is_own or is_human
    not is_own
    is_own is distinct from is_human
    is_own is not distinct from is_human
    amount in (2, 3)
    amount not in (2, 3)
    amount between 1 and 2
    cast(is_own as bigint)
    cast(is_own as varchar)
    cast(amount as varchar)
    cast(occurred_at as varchar)
    cast(occurred_at as date)
    cast(cast(occurred_at as date) as varchar)
    cast(null as varchar)
    cast([channel] as varchar[])
    try_cast(key_message as double)
    try_cast(rep_id as bigint)
    date_diff('day', occurred_at, timestamp '2026-01-05 12:00:00')
    date_diff('day', cast(occurred_at as date), date '2026-01-05')
    date_diff('day', date_trunc('week', occurred_at), occurred_at)
    date_trunc('day', occurred_at)
    date_trunc('week', occurred_at)
    date_trunc('month', occurred_at)
    date_trunc('quarter', occurred_at)
    occurred_at + interval 7 day
    occurred_at - interval 1 month
    occurred_at - interval (touchpoints) day
    occurred_at < timestamp '2026-01-01 00:00:00'
    occurred_at >= '2026-01-01'
    year(occurred_at)
    quarter(occurred_at)
    month(occurred_at)
    day(occurred_at)
    hour(occurred_at)
    extract(quarter from occurred_at)
    extract(year from occurred_at)
    strftime(occurred_at, '%Y-%m-%d')
    strftime(occurred_at, '%d %b %Y')
    key_message || '-' || channel
    concat_ws('-', key_message, channel)
    substr(key_message, 1, 3)
    substring(key_message, 2)
    md5(key_message)
    sha256(key_message)
    lower(key_message)
    upper(key_message)
    trim('  ' || channel || ' ')
    length(key_message)
    replace(key_message, 'x', '')
    lpad(channel, 8, '0')
    rpad(channel, 2, '0')
    split_part(key_message, '-', 2)
    starts_with(key_message, 'z')
    contains(key_message, 'x')
    position('x' in key_message)
    key_message like '%-1_%'
    key_message ilike '%X%'
    regexp_matches(key_message, '^[0-9]*$')
    regexp_matches(key_message, '\\d')
    regexp_extract(key_message, '([0-9]+)', 1)
    regexp_replace(key_message, '[0-9]', '', 'g')
    'it''s'
    products[1]
    products[2]
    array_length(products)
    list_contains(products, 'a')
    list_sort(products)
    array_to_string(list_sort(products), ',')
    list_filter([key_message, channel], x -> x is not null)
    list_transform(products, x -> x || '!')
    row_number() over (partition by customer_id order by rep_id)
    row_number() over (order by duration_minutes desc, touchpoint_id)
    rank() over (order by channel)
    dense_rank() over (order by channel)
    percent_rank() over (order by duration_minutes)
    cume_dist() over (order by duration_minutes)
    ntile(2) over (order by touchpoint_id)
    lag(amount) over (order by touchpoint_id)
    lead(amount, 1, 0.0) over (order by touchpoint_id)
    first_value(rep_id) over (order by touchpoint_id)
    last_value(rep_id) over (order by touchpoint_id rows between unbounded preceding and unbounded following)
    sum(amount) over (partition by customer_id order by occurred_at)
    sum(amount) over (order by occurred_at rows between 1 preceding and current row)
    count(*) over (order by occurred_at range between interval 7 day preceding and current row)
    max(amount) over (partition by customer_id)
"""

AGGREGATES = """
    count(*)
    count(rep_id)
    count(distinct rep_id)
    count(*) filter (where is_own)
    count_if(is_own)
    sum(amount) filter (where is_own)
    sum(cast(is_own as bigint))
    sum(case when amount > 1 then amount else 0.0 end)
    avg(amount)
    min(rep_id)
    max(is_own)
    bool_or(is_human)
    bool_and(is_human)
    median(amount)
    stddev(amount)
    stddev_samp(amount)
    var_samp(amount)
    var_pop(amount)
    corr(amount, duration_minutes)
    string_agg(touchpoint_id, ', ' order by touchpoint_id desc)
    string_agg(rep_id, ', ' order by touchpoint_id)
"""

STATEMENTS = [
    "select sum(touchpoints) as total, avg(touchpoints) as mean from contact",
    "select contact_id, touchpoints // 2 as half, touchpoints % 2 as rest from contact",
    "select contact_id, touchpoints / 2 as half from contact",
    "select sum(amount) as total, count(*) as n, bool_or(is_own) as own from touchpoint where false",
    "select rep_id, row_number() over (order by rep_id, touchpoint_id) as place from touchpoint",
    "select rep_id, row_number() over (order by rep_id desc, touchpoint_id) as place from touchpoint",
    "select rep_id, row_number() over (order by rep_id nulls first, touchpoint_id) as place from touchpoint",
    "select touchpoint_id from touchpoint"
    " qualify row_number() over (partition by customer_id order by amount desc) = 1",
    "select customer_id, channel, count(*) as n from touchpoint group by all having count(*) > 1",
    "select distinct channel from touchpoint",
    "select t.touchpoint_id, u.x from touchpoint as t cross join unnest(t.products) as u(x)",
    "select touchpoint_id, unnest(products) as x from touchpoint",
    "select t.touchpoint_id from touchpoint as t semi join contact as c on c.customer_id = t.customer_id",
    "select c.customer_id from contact as c anti join touchpoint as t on c.customer_id = t.customer_id",
    "select c.customer_id from contact as c where not exists"
    " (select 1 from touchpoint as t where t.customer_id = c.customer_id)",
    "select customer_id from contact where customer_id in (select customer_id from touchpoint)",
    "select c.customer_id, t.amount from contact as c"
    " left join touchpoint as t on t.customer_id = c.customer_id and t.amount > 1",
    "select customer_id, t.amount from contact as c full join touchpoint as t using (customer_id)",
    "select c.customer_id, t.touchpoint_id from contact as c cross join touchpoint as t",
    "select v.n, v.s from (values (1, 'a'), (2, 'b')) as v(n, s)",
    "select customer_id from contact union select customer_id from touchpoint",
    "select customer_id from contact union all select customer_id from touchpoint",
    "select customer_id from contact except select customer_id from touchpoint",
    "select customer_id from contact intersect select customer_id from touchpoint",
    "select sum(amount) over w as total from touchpoint window w as (partition by customer_id)",
    "select * exclude (touchpoints) from contact",
    "select amount as x, x + 1 as y from touchpoint",
    "with recursive r as (select 1 as n union all select n + 1 from r where n < 4) select n from r",
    "select touchpoint_id from touchpoint order by occurred_at desc limit 2",
    "select touchpoint_id from touchpoint where occurred_at >= $as_of - interval 7 day",
]


def listed(text):
    return [line.strip() for line in text.strip().splitlines()]


def expressions():
    """Return one statement that has every expression as a column, and the expressions by column."""
    named = {f"c{number}": text for number, text in enumerate(listed(EXPRESSIONS))}
    columns = ", ".join(f"{text} as {name}" for name, text in named.items())
    t = "(select t.*, c.touchpoints from touchpoint as t inner join contact as c on c.customer_id = t.customer_id)"
    return f"select touchpoint_id, {columns} from {t} as t", named


def aggregates():
    """Return one statement that has every aggregate as a column, and the aggregates by column."""
    named = {f"c{number}": text for number, text in enumerate(listed(AGGREGATES))}
    columns = ", ".join(f"{text} as {name}" for name, text in named.items())
    return f"select customer_id, {columns} from touchpoint group by customer_id", named
