"""Numbers that nobody here wrote: Online Retail, CDNOW and Afisha against the golden files."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ltvlib import abcdx
from ltvlib.cohorts import Measure, cohort_table
from ltvlib.settings import AbcdxRules, AbcdxSegment, Basis
from ltvlib.workspace import Workspace
from tests.conftest import golden, open_rows, order_frame, shared


def canonical(frame: pd.DataFrame) -> pd.DataFrame:
    """Fill what a data set does not have."""
    return (
        order_frame([])
        .astype(object)
        .reindex(range(len(frame)))
        .assign(**{c: frame[c].to_numpy() for c in frame})
        .assign(
            is_refund=frame["is_refund"].to_numpy() if "is_refund" in frame else False,
            order_id=[f"o{n}" for n in range(len(frame))],
            gross_margin=np.nan,
        )
    )


def invoices(filter_name: str) -> pd.DataFrame:
    lines = pd.read_parquet(shared("onlineretail", "online_retail.parquet")).dropna(subset=["CustomerID"])
    if "qty_gt_0" in filter_name:
        lines = lines[lines["Quantity"] > 0]
    if "price_gt_0" in filter_name:
        lines = lines[lines["UnitPrice"] > 0]
    lines = lines.assign(
        revenue=lines["Quantity"] * lines["UnitPrice"], customer_id=lines["CustomerID"].astype(int).astype(str)
    )
    return (
        lines.groupby("InvoiceNo")
        .agg(customer_id=("customer_id", "first"), ordered_at=("InvoiceDate", "min"), revenue=("revenue", "sum"))
        .reset_index(drop=True)
    )


@pytest.fixture(scope="module", params=["raw_nonnull_customer", "qty_gt_0", "qty_gt_0_price_gt_0"])
def retail(request, tmp_path_factory) -> tuple[Workspace, dict]:
    expected = golden("online_retail_cohorts")[f"cohort_month_{request.param}"]["expected"]
    # the source counts every invoice as a purchase, credit notes included, so none is marked as a refund here
    return open_rows(
        tmp_path_factory.mktemp("retail"), canonical(invoices(request.param)), dt.date(2012, 1, 1), 0.4
    ), expected


def test_online_retail_cohorts(retail):
    workspace, expected = retail
    active = cohort_table(workspace, Measure.CUSTOMERS)
    money = cohort_table(workspace, Measure.REVENUE)
    assert active.sizes.sum() == expected["total_customers"]
    assert len(active.rows) == len(expected["cohorts"])
    for place, row in enumerate(active.rows):
        published = expected["cohorts"][f"{row:%Y-%m}"]
        count = len(published["customers"])
        np.testing.assert_array_equal(active.values[place, :count], published["customers"])
        assert np.isnan(active.values[place, count:]).all()
        if "revenue" in published:
            np.testing.assert_allclose(money.values[place, :count], published["revenue"], atol=0.02)


def test_online_retail_totals(retail):
    workspace, expected = retail
    facts = workspace.facts()
    assert (facts.customers, facts.orders) == (expected["total_customers"], expected["orders"])
    assert float(workspace.ltv_revenue()) == pytest.approx(expected["revenue"], abs=0.5)


def test_pareto_agrees_with_the_published_share(tmp_path: Path):
    from ltvlib import kpis
    from ltvlib.settings import Filters, month_number

    expected = golden("online_retail_cohorts")["abc_80_95"]["expected"]
    workspace = open_rows(tmp_path, canonical(invoices("qty_gt_0_price_gt_0")), dt.date(2012, 1, 1))
    everything = Filters(since=month_number(dt.date(2010, 12, 1)))
    curve = kpis.pareto(workspace, everything)
    assert curve.customers == 4338
    assert curve.top20 == pytest.approx(expected["top20pct_customers_share"], abs=5e-4)


@pytest.fixture(scope="module")
def buyers(tmp_path_factory) -> pd.DataFrame:
    """The product's list of customers on the day the published RFM table was made."""
    space = open_rows(tmp_path_factory.mktemp("rfm"), canonical(invoices("qty_gt_0_price_gt_0")), dt.date(2011, 12, 10))
    rules = AbcdxRules(300.0, 3, 24)
    return abcdx.customers(space, rules, tuple(AbcdxSegment)).frame.set_index("customer_id")


def test_online_retail_recency_frequency_and_money(buyers):
    expected = golden("online_retail_cohorts")["rfm_snapshot_2011-12-10"]["expected"]
    # the table counts full days since the moment of the last order, the list counts calendar days
    found = {
        "recency": buyers["days_since_last_order"] - 1,
        "frequency": buyers["orders"],
        "monetary": buyers["revenue"],
    }
    for name, column in found.items():
        for statistic, value in expected["describe"][name].items():
            assert column.describe()[statistic] == pytest.approx(value, abs=0.01), (name, statistic)
    for customer, (recency, frequency, monetary) in expected["sample"].items():
        row = buyers.loc[customer]
        assert (row["days_since_last_order"] - 1, row["orders"]) == (recency, frequency)
        assert row["revenue"] == pytest.approx(monetary, abs=0.005)


def test_online_retail_pareto_classes(buyers):
    """ABC at 80/95 %, both readings of the border row, from the list of customers."""
    expected = golden("online_retail_cohorts")["abc_80_95"]["expected"]
    share = buyers["revenue"].sort_values(ascending=False).cumsum() / buyers["revenue"].sum()
    before = share.shift(fill_value=0.0)
    assert (int((share <= 0.8).sum()), int(((share > 0.8) & (share <= 0.95)).sum())) == (expected["A"], expected["B"])
    assert int((before < 0.8).sum()) == expected["rule_alternative_prev_cum_lt"]["A"]


@pytest.fixture(scope="module")
def afisha(tmp_path_factory) -> Workspace:
    frame = pd.read_csv(shared("afisha", "orders_log_us_orig.csv"), dtype={"Uid": str})
    frame.columns = ["ordered_at", "revenue", "customer_id"]
    frame["ordered_at"] = pd.to_datetime(frame["ordered_at"])
    return open_rows(tmp_path_factory.mktemp("afisha"), canonical(frame), dt.date(2018, 7, 1))


def test_afisha_totals(afisha):
    expected = golden("afisha_ltv_cac")["totals"]["expected"]
    assert (afisha.facts().orders, afisha.facts().customers) == (expected["orders"], expected["buyers"])
    assert float(afisha.ltv_revenue()) == pytest.approx(expected["revenue"], abs=0.01)


def test_afisha_cohorts_and_cumulative_ltv(afisha):
    cases = golden("afisha_ltv_cac")
    active = cohort_table(afisha, Measure.CUSTOMERS)
    ltv = cohort_table(afisha, Measure.CUMULATIVE_LTV, basis=Basis.REVENUE)
    for place, row in enumerate(active.rows):
        counts = cases["cohorts"]["expected"][f"{row:%Y-%m}"]["customers"]
        values = cases["cumulative_ltv_revenue"]["expected"][f"{row:%Y-%m}"]
        np.testing.assert_array_equal(active.values[place, : len(counts)], counts)
        np.testing.assert_allclose(ltv.values[place, : len(values)], values, atol=2e-6)


def cdnow(folder: Path) -> Workspace:
    """The 1/10 sample of CDNOW as known on 30 September 1997, the calibration period of the published models."""
    raw = pd.read_csv(
        shared("cdnow", "CDNOW_sample.txt"),
        sep=r"\s+",
        header=None,
        names=["master", "customer_id", "day", "units", "revenue"],
        dtype=str,
    )
    raw["ordered_at"] = pd.to_datetime(raw["day"], format="%Y%m%d")
    frame = raw[["customer_id", "ordered_at"]].assign(revenue=raw["revenue"].astype(float))
    return open_rows(folder, canonical(frame), dt.date(1997, 10, 1))


def test_cdnow_summary(tmp_path: Path):
    """2,357 customers of the 1/10 sample: repeat orders and ages against the published customer table."""
    workspace = cdnow(tmp_path)
    published = pd.read_csv(shared("cdnow", "cdnow_customers_summary_with_transactions.csv"))
    # the published table counts days with a purchase and ages in weeks at the end of 1997-09-30
    rows = workspace.database.query(
        "select k.customer_id, count(distinct m.day) - 1 as x, (max(m.day) - min(m.day)) / 7.0 as t_x from mart_order m join customer_ids k using (customer_key) group by 1 order by 1"
    ).frame
    assert len(rows) == len(published) == 2357
    np.testing.assert_array_equal(rows["x"], published["x"])
    np.testing.assert_allclose(rows["t_x"], published["t_x"], atol=0.006)
