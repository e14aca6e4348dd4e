from pipelines import scorecards


def model(dbt, session):
    return scorecards.totals(dbt.ref("card_domain_weights").pl())
