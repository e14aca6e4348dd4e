from pipelines import coverage


def model(dbt, session):
    return coverage.published(dbt.ref("coverage_people").pl())
