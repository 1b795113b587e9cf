from sefa_widget.progress import part, shares


def told(progress_of):
    heard = []
    progress_of(lambda done, total: heard.append(done / total))
    return heard


def test_parts_of_other_weights_go_from_where_the_last_ended_to_the_whole():
    def work(progress):
        first, second, third = shares(progress, [1, 0, 3])
        for one in (first, second, third):
            for done in range(3):
                one(done, 2)

    assert told(work) == [0, 1 / 8, 1 / 4, 1 / 4, 1 / 4, 1 / 4, 1 / 4, 5 / 8, 1]


def test_equal_weights_are_equal_parts():
    def by_weight(progress):
        shares(progress, [1, 1])[1](1, 3)

    def by_number(progress):
        part(progress, 1, 2)(1, 3)

    assert told(by_weight) == told(by_number)


def test_without_progress_there_is_none_of_a_part():
    assert shares(None, [1, 2]) == [None, None]
